#include "packet.h"
#define NULL ((void *)0)
enum { NONE, SOME };
struct nested { struct parm head; int numbers[2]; void *next; _Bool seen; };
void f(struct sk_buff *skb)
{
	struct nested *nested = (struct nested *)skb->cb;
	*PARM(skb) = (struct parm){ 0 }; // clear parm [0,24)
	*PARM(skb) = (struct parm){ .flags = 0 }; // clear parm [0,24)
	*PARM(skb) = (struct parm){ .flags = 1 - 1 }; // clear parm [0,24)
	*PARM(skb) = (struct parm){ .flags = NONE }; // clear parm [0,24)
	*PARM(skb) = (struct parm){ .flags = SOME }; // write parm [0,24)
	*PARM(skb) = (struct parm){ .flags = skb->len }; // write parm [0,24)
	*nested = (struct nested){ { 0 }, { 0, 0 }, NULL, 0 }; // clear nested [0,48)
	*nested = (struct nested){ .numbers = { [1] = 2 } }; // write nested [0,48)
	*nested = (struct nested){ .next = skb }; // write nested [0,48)
	nested->head = (struct parm){ 0 }; // clear nested.head [0,24)
}
