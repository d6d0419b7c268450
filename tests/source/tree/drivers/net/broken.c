#include <linux/skbuff.h>
#include <linux/not_there.h>
void broken(struct sk_buff *skb) { skb->cb[0] = 1; }
