#include "packet.h"
void f(struct sk_buff *skb)
{
	*queue(skb) = (struct queue){ .length = skb->len }; // write queue [0,24)
	*PARM(skb) = (struct parm){}; // clear parm [0,24)
}
