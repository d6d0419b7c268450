#include "packet.h"
void f(struct sk_buff *skb)
{
	struct queue *queues = (struct queue *)skb->cb;
	u32 *flags = (u32 *)&queues[1];

	*flags = 1; // write [24..28) [24,28)
	queues[1].length = 2; // write queue.length [24,28)
	queues[0].length = 3; // write queue.length [0,4)
}
