#include "packet.h"
#define BUILD_BUG_ON(condition) ((void)sizeof(char[1 - 2 * !!(condition)]))
u32 f(struct sk_buff *skb)
{
	__typeof__(PARM(skb)->iif) first = sizeof(PARM(skb)->flags);
	BUILD_BUG_ON(sizeof(*PARM(skb)) > sizeof(skb->cb));
	_Static_assert(sizeof(struct parm) <= sizeof(((struct sk_buff *)0)->cb), "it fits");
	__typeof__(queue(skb)->length) second = PARM(skb)->iif; // read parm.iif [0,4)

	return first + second + __builtin_offsetof(struct parm, flags) + (__typeof__(PARM(skb)->iif))1;
}
