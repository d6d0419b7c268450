#include "packet.h"
u32 f(struct sk_buff *skb)
{
	PARM(skb)->flags = 1; // write parm.flags [4,6)
	return PARM(skb)->iif; // read parm.iif [0,4)
}
