#include "packet.h"
void f(struct sk_buff *skb, struct sk_buff *other)
{
	PARM(skb)->flags = PARM(skb)->most = 3;			// write parm.most [6,8); write parm.flags [4,6)
	PARM(skb)->iif = PARM(other)->iif = queue_length(skb);	// read queue.length [0,4); write parm.iif [0,4); write parm.iif [0,4)
}
