#include "packet.h"
/* What is done to the struct that holds the object is done to the object, as far as it reaches. */
void f(struct sk_buff *skb, struct sk_buff *other, u32 flags)
{
	struct sk_buff kept = *other;			// copy from [0..48) [0,48)
	struct parm none = { 0 };
	memset(skb, 0, sizeof(*skb));			// clear [0..48) [0,48)
	memset(skb, 0, 24);				// clear [0..8) [0,8)
	memset(skb, 0, 16);
	memcpy((void *)skb, (const void *)other, sizeof(*skb));	// copy from [0..48) [0,48); copy to [0..48) [0,48)
	*skb = *other;					// copy from [0..48) [0,48); copy to [0..48) [0,48)
	*skb = kept;					// copy to [0..48) [0,48)
	kept = *skb;					// copy from [0..48) [0,48)
	*other = (struct sk_buff){ };			// clear [0..48) [0,48)
	memset(&none, 0, sizeof(none));
	memset(&skb->len, 0, sizeof(skb->len));
	PARM(skb)->flags = flags;			// write parm.flags [4,6)
}
