#include "packet.h"
void f(struct sk_buff *skb)
{
	*(u16 *)(skb->cb + 6) = 1; // write [6..8) [6,8)
	((struct queue *)(skb->cb + 24))->length = 1; // write queue.length [24,28)
	*(u32 *)&PARM(skb)->flags = 0; // write parm.flags [4,8)
}
