#include "packet.h"
void f(struct sk_buff *skb)
{
	struct options *opt = &routed(skb)->opt;

	if (opt->length) // read routed.opt.length [8,9)
		opt->address = 0; // write routed.opt.address [4,8)
}
