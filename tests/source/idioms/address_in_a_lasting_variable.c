#include "packet.h"
struct parm *current;
void f(struct sk_buff *skb, struct parm **out)
{
	static struct parm *before;

	current = PARM(skb); // escape parm [0,24)
	before = PARM(skb); // escape parm [0,24)
	*out = PARM(skb); // escape parm [0,24)
}
