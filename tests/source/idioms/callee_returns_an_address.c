#include "packet.h"
static struct options *first(struct sk_buff *skb) { return &routed(skb)->opt; }
static void *same(void *address) { return address; }
u32 f(struct sk_buff *skb)
{
	struct parm *p = same(skb->cb);

	p->iif = first(skb)->address; // read routed.opt.address [4,8); write parm.iif [0,4)
	return p->flags; // read parm.flags [4,6)
}
