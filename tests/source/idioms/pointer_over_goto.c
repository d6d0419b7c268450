#include "packet.h"
void f(struct sk_buff *skb, struct parm *p)
{
again:
	p->most = 1; // write parm.most [6,8)
	p = PARM(skb);
	if (number())
		goto again;
}
