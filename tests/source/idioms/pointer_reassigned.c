#include "packet.h"
void f(struct sk_buff *skb, struct options *opt)
{
	opt->length = 1;
	memcpy(&routed(skb)->opt, opt, sizeof(*opt)); // copy to routed.opt [4,12)
	opt = &routed(skb)->opt;
	opt->length = 2; // write routed.opt.length [8,9)
	opt = 0;
}
