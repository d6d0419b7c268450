#include "packet.h"
void f(struct sk_buff *skb)
{
	__atomic_store_n(&PARM(skb)->iif, 1, 0); // escape parm.iif [0,4)
	if (__atomic_load_n(&PARM(skb)->iif, 0)) // escape parm.iif [0,4)
		__sync_fetch_and_add(&PARM(skb)->iif, 1); // escape parm.iif [0,4)
	__builtin_add_overflow(PARM(skb)->iif, 1, &PARM(skb)->word); // read parm.iif [0,4); escape parm.word [12,16)
}
