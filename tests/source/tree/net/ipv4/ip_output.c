#include <net/ip.h>
int ip_output(struct sk_buff *skb) { return skb->len > ip_skb_mtu(skb) ? -1 : 0; }
