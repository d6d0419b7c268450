#include "packet.h"
void f(struct sk_buff *skb)
{
	asm volatile("" : "+m"(PARM(skb)->iif)); // read parm.iif [0,4); write parm.iif [0,4)
}
