#include "packet.h"
void f(struct sk_buff *skb)
{
	u8 *at = queue(skb)->data;

	*at = 1; // write queue.data [4,5)
	at += 2;
	*at = 2; // write [6..7) [6,7)
}
