#include "packet.h"
void f(struct sk_buff *skb)
{
	routed(skb)->opt.changed = 1; // write routed.opt.changed [9,9.1)
	if (routed(skb)->opt.strict) // read routed.opt.strict [9.1,9.2)
		routed(skb)->opt.rest++; // read routed.opt.rest [9.2,10); write routed.opt.rest [9.2,10)
}
