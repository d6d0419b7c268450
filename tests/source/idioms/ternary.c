#include "packet.h"
void f(struct sk_buff *a, struct sk_buff *b, struct parm *other, int which)
{
	struct parm *p = other ?: PARM(a);

	p->flags = 1; // write parm.flags [4,6)
	((struct parm *)(which ? a->cb : b->cb))->flags = 1; // write parm.flags [4,6); write parm.flags [4,6)
	PARM(which ? a : b)->iif = 3; // write parm.iif [0,4)
	if ((p = PARM(b)) && p->word) // read parm.word [12,16)
		(told(0), PARM(a))->most = 1; // write parm.most [6,8)
}
