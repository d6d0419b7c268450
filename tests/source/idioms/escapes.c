#include "packet.h"
struct pending { struct options *opt; };
void f(struct sk_buff *skb, struct pending *later, void (*call)(void *))
{
	told(&routed(skb)->opt); // escape routed.opt [4,12)
	later->opt = &routed(skb)->opt; // escape routed.opt [4,12)
	call(skb->cb); // escape [0..48) [0,48)
}
