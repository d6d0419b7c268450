#include "packet.h"
void f(struct sk_buff *skb, struct sk_buff *next)
{
	PARM(next)->flags = PARM(skb)->flags; // read parm.flags [4,6); write parm.flags [4,6)
}
