#include "packet.h"
u32 f(struct sk_buff *skb)
{
	PARM(skb)->iif = PARM(skb)->most + PARM(skb)->flags; // read parm.most [6,8); read parm.flags [4,6); write parm.iif [0,4)
	return PARM(skb)->flags ? PARM(skb)->iif : PARM(skb)->most; // read parm.flags [4,6); read parm.iif [0,4); read parm.most [6,8)
}
