#include "packet.h"
struct callback { char cb[48]; };
void f(struct sk_buff *skb, struct callback *other, struct parm *p)
{
	((struct parm *)other->cb)->flags = 1;
	p->flags = skb->len;
	skb->next = 0;
}
