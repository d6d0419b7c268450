#include "packet.h"
void f(struct sk_buff *skb)
{
	void *there = (void *)(unsigned long)(const char *)skb->cb;

	((struct queue *)there)->length = 1; // write queue.length [0,4)
	((struct parm *)(struct queue *)there)->iif = 1; // write parm.iif [0,4)
}
