#include "packet.h"
#define READ_ONCE(x) ({ *(const volatile __typeof__(x) *)&(x); })
#define WRITE_ONCE(x, value) do { *(volatile __typeof__(x) *)&(x) = (value); } while (0)
#define clear_after(object, member) ({ \
	u8 *start = (u8 *)(object); \
	memset(start + __builtin_offsetof(__typeof__(*(object)), member), 0, \
	       sizeof(*(object)) - __builtin_offsetof(__typeof__(*(object)), member)); })
void f(struct sk_buff *skb)
{
	WRITE_ONCE(PARM(skb)->flags, READ_ONCE(PARM(skb)->most)); // read parm.most [6,8); write parm.flags [4,6)
	clear_after(PARM(skb), most); // clear [6..24) [6,24)
}
