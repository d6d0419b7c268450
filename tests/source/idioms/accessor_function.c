#include "packet.h"
void f(struct sk_buff *skb)
{
	queue(skb)->length = 4; // write queue.length [0,4)
	skb->len = queue_length(skb); // read queue.length [0,4)
}
