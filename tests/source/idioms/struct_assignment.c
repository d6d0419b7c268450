#include "packet.h"
void f(struct sk_buff *skb, struct sk_buff *other)
{
	*PARM(skb) = *PARM(other); // copy from parm [0,24); copy to parm [0,24)
	struct parm kept = *PARM(skb); // copy from parm [0,24)

	kept.flags = 0;
	*PARM(other) = kept; // copy to parm [0,24)
}
