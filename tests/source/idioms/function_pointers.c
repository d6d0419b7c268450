#include "packet.h"
struct ops { void (*fill)(struct parm *); };
static void fill(struct parm *p) { p->flags = 1; }
void f(struct sk_buff *skb, struct ops *ops, void (*fn)(struct parm *))
{
	void (*mine)(struct parm *) = fill;

	fn(PARM(skb)); // escape parm [0,24)
	ops->fill(PARM(skb)); // escape parm [0,24)
	(number() ? fn : ops->fill)(PARM(skb)); // escape parm [0,24)
	mine(PARM(skb)); // escape parm [0,24)
	fill(PARM(skb)); // write parm.flags [4,6)
}
