#include "packet.h"
void f(struct sk_buff *skb)
{
	u32 *word = (u32 *)skb->cb;

	*(word + 3) = 1; // write [12..16) [12,16)
}
