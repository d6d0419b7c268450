#include "packet.h"
void f(struct sk_buff *skb, u32 n)
{
	struct parm (*two)[2] = (void *)skb->cb;

	(*two)[1].flags = 1; // write parm.flags [28,30)
	(*two)[n].most = 1; // write parm.most [0,..)
	*((u16 *)skb->cb + n) = 2; // write [0..) [0,..)
	memset(skb->cb + n, 0, 4); // clear [0..) [0,..)
	memset(skb->cb + 4, 0, 4); // clear [4..8) [4,8)
}
