#include "packet.h"
void f(struct sk_buff *skb)
{
	PARM(skb)->flags |= 4; // read parm.flags [4,6); write parm.flags [4,6)
	--PARM(skb)->most; // read parm.most [6,8); write parm.most [6,8)
}
