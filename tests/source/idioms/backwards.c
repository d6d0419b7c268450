#include "packet.h"
void f(struct sk_buff *skb)
{
	struct parm *end = (struct parm *)(skb->cb + 24);
	u8 *p = (u8 *)end;

	end[-1].flags = 1; // write parm.flags [4,6)
	(end - 1)->most = 1; // write parm.most [6,8)
	p[-1] = 1; // write [23..24) [23,24)
	p -= 2;
	*p-- = 1; // write [22..23) [22,23)
	*p = 5[skb->cb]; // read [5..6) [5,6); write [21..22) [21,22)
}
