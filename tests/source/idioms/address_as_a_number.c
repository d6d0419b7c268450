#include "packet.h"
void f(struct sk_buff *skb)
{
	size_t at = (size_t)skb->cb;

	*(u16 *)at = 1; // write [0..2) [0,2)
	at += 4;
	*(u16 *)at = 1; // write [4..6) [4,6)
	at = at + 2;
	*(u16 *)at = 1; // write [6..8) [6,8)
	*(u16 *)(at & ~3ul) = 1; // write [6..) [6,..)
	*(u16 *)((size_t)skb->cb | 4) = 1; // write [0..) [0,..)
	told((void *)(at - (size_t)skb->cb)); // a distance
}
