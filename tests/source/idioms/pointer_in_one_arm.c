#include "packet.h"
void f(struct sk_buff *skb, struct parm *p)
{
	if (number()) {
		p = PARM(skb);
	} else {
		p->flags = 1;
	}
	p->most = 1; // write parm.most [6,8)
}
