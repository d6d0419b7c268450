#include "packet.h"
static u32 depth(struct parm *p) { return p->iif ? depth(p) + p->most : 0; }
u32 f(struct sk_buff *skb)
{
	return depth(PARM(skb)); // read parm.iif [0,4); read parm.most [6,8)
}
