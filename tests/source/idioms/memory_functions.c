#include "packet.h"
void f(struct sk_buff *skb, struct sk_buff *to)
{
	memset(PARM(skb), 0, sizeof(struct parm)); // clear parm [0,24)
	memset(&PARM(skb)->slots[2], 0, 3); // clear parm.slots[2] [18,21)
	memcpy(to->cb, skb->cb, sizeof(to->cb)); // copy from [0..48) [0,48); copy to [0..48) [0,48)
	memmove(queue(skb)->data, skb->data, 20); // copy to queue.data [4,24)
	if (memcmp(queue(skb)->data, to->data, 8)) // read queue.data [4,12)
		return;
	memcpy(queue(skb)->data, skb->data, number()); // copy to queue.data [4,..)
}
