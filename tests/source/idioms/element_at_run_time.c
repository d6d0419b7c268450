#include "packet.h"
struct rate { u8 index; u8 count; };
struct sent { u32 flags; struct rate rates[4]; u8 best; };
#define SENT(skb) ((struct sent *)(skb)->cb)
int f(struct sk_buff *skb, int which)
{
	struct rate *all = SENT(skb)->rates;
	SENT(skb)->rates[1].count = 1;		// write sent.rates[1].count [7,8)
	SENT(skb)->rates[which].count = 1;	// write sent.rates.count [4,12)
	all[which].index = 2;			// write sent.rates.index [4,12)
	return SENT(skb)->best;			// read sent.best [12,13)
}
