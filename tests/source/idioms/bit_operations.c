#include "packet.h"
struct marks { u32 first; unsigned long set; unsigned long more; };
#define MARKS(skb) ((struct marks *)(skb)->cb)
/* As the kernel has it for x86: a bit is tested in assembly that stores nothing. */
static inline int variable_test_bit(long nr, const volatile unsigned long *addr)
{
	int bit;
	asm volatile("btq %2, %1" : "=@ccc" (bit) : "m" (*(unsigned long *)addr), "Ir" (nr) : "memory");
	return bit;
}
static inline int arch_test_bit(unsigned long nr, const volatile unsigned long *addr) { return variable_test_bit(nr, addr); }
#define test_bit(nr, addr) arch_test_bit(nr, addr)
static inline void set_bit(long nr, volatile unsigned long *addr)
{
	asm volatile("lock btsq %1, %0" : "+m" (*addr) : "Ir" (nr) : "memory");
}
int f(struct sk_buff *skb, int nr)
{
	set_bit(nr, &MARKS(skb)->more);		// read marks.more [16,24); write marks.more [16,24)
	return test_bit(nr, &MARKS(skb)->set);	// read marks.set [8,16)
}
