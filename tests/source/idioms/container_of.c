#include "packet.h"
#define container_of(address, type, member) \
	((type *)((char *)(address) - __builtin_offsetof(type, member)))
u32 f(struct parm *p)
{
	struct sk_buff *skb = container_of((void *)p, struct sk_buff, cb);

	return PARM(skb)->iif + queue(skb)->length; // read parm.iif [0,4); read queue.length [0,4)
}
