#include "packet.h"
struct context { struct parm *parm; u32 flags; };
static void later(struct context *c) { c->parm->flags = 1; }
static struct context made(struct sk_buff *skb)
{
	return (struct context){ PARM(skb), 0 }; // escape parm [0,24)
}
void f(struct sk_buff *skb, int i)
{
	struct context c = { .parm = PARM(skb), .flags = PARM(skb)->flags }; // read parm.flags [4,6); escape parm [0,24)
	struct parm *list[2] = { PARM(skb), 0 }; // escape parm [0,24)

	later(&c);
	list[i]->flags = 1;
	c = (struct context){ .parm = PARM(skb) }; // escape parm [0,24)
	list[1] = PARM(skb); // escape parm [0,24)
	c = made(skb);
	c.parm->most = 1;
}
