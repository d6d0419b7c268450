#include "packet.h"
struct onion { u32 head; union { struct { u16 low, high; } split; u32 whole; }; union { u8 raw[4]; u32 number; } named; };
void f(struct sk_buff *skb)
{
	struct onion *o = (struct onion *)skb->cb;

	*PARM(skb) = (struct parm){ .iif = number(), .slots = { 1, 2 } }; // write parm [0,24)
	o->split.high = 1; // write onion.split.high [6,8)
	o->whole++; // read onion.whole [4,8); write onion.whole [4,8)
	o->named.raw[2] = o->named.number; // read onion.named.number [8,12); write onion.named.raw[2] [10,11)
}
