#include "packet.h"
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) do { *(volatile __typeof__(x) *)&(x) = (v); } while (0)
#define swap(a, b) do { __typeof__(a) __tmp = (a); (a) = (b); (b) = __tmp; } while (0)
#define this_cpu_ptr(p) ({ (__typeof__(p))((size_t)(p) + number()); })
struct parm kept;
void f(struct sk_buff *a, struct sk_buff *b)
{
	struct parm *p = PARM(a), *q = (struct parm *)b->data;

	WRITE_ONCE(p->flags, READ_ONCE(p->most)); // read parm.most [6,8); write parm.flags [4,6)
	swap(p->flags, p->most); // read parm.flags [4,6); read parm.most [6,8); write parm.flags [4,6); write parm.most [6,8)
	swap(p, q);
	q->iif = 1; // write parm.iif [0,4)
	swap(*PARM(a), *PARM(b)); // copy from parm [0,24); copy from parm [0,24); copy to parm [0,24); copy to parm [0,24)
	*this_cpu_ptr(&kept) = *PARM(a); // copy from parm [0,24)
}
