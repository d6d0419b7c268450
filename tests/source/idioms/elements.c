#include "packet.h"
u32 f(struct sk_buff *skb, int i)
{
	skb->cb[4] = 1; // write [4..5) [4,5)
	PARM(skb)->slots[3] = 1; // write parm.slots[3] [19,20)
	PARM(skb)->half[1] = 1; // write parm.half[1] [14,16)
	return PARM(skb)->slots[i]; // read parm.slots [16,24)
}
