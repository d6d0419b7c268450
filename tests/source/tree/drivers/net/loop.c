#include <linux/skbuff.h>
#include <private.h>
void loop_xmit(struct sk_buff *skb) { *(u32 *)(skb->cb + PRIVATE_BYTES) = 1; }
