#include "packet.h"
void f(struct sk_buff *skb)
{
	PARM(skb)->tos = PARM(skb)->ttl; // read parm.ttl [8,9); write parm.tos [9,10)
	PARM(skb)->word = 0; // write parm.word [12,16)
}
