#include "packet.h"
long strscpy(char *to, const char *from, size_t n);
static void *same(void *p) { return p; }
static void *deeper(void *p) { return same((char *)p + 4); }
static inline void put(u16 *x, u16 v) { *x = v; }
static inline u16 *flags_at(struct sk_buff *skb) { return &PARM(skb)->flags; }
void f(skb, name)
	struct sk_buff *skb;
	const char *name;
{
	__typeof__(PARM(skb)) p = same(skb->cb);

	p->flags = sizeof(p->slots) + __alignof__(p->iif); // write parm.flags [4,6)
	*(u16 *)deeper(skb->cb) = 1; // write [4..6) [4,6)
	put(&PARM(skb)->flags, 3); // write parm.flags [4,6)
	*flags_at(skb) |= 2; // read parm.flags [4,6); write parm.flags [4,6)
	__builtin_memset(p, 0, sizeof(*p)); // clear [0..24) [0,24)
	strscpy((char *)p->slots, name, sizeof(p->slots)); // copy to parm.slots [16,24)
}
