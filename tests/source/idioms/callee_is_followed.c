#include "packet.h"
static void compile(struct options *opt, u32 to) { opt->address = to; }
static void own(struct sk_buff *skb) { PARM(skb)->most = 1; } // write parm.most [6,8)
void f(struct sk_buff *skb)
{
	compile(&routed(skb)->opt, 7); // write routed.opt.address [4,8)
	own(skb);
}
