#include "packet.h"
void f(struct sk_buff *skb, struct parm *other, int which)
{
	struct parm *p = which ? PARM(skb) : other;

	if (p)
		p->flags = 0; // write parm.flags [4,6)
}
