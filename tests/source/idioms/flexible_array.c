#include "packet.h"
u8 f(struct sk_buff *skb, int i)
{
	return routed(skb)->opt.text[2] + routed(skb)->opt.text[i]; // read routed.opt.text[2] [12,13); read routed.opt.text [10,..)
}
