#include <linux/skbuff.h>
struct br_input_skb_cb { struct net_device *brdev; u16 frag_max_size; u8 promisc : 1; };
#define BR_INPUT_SKB_CB(skb) ((struct br_input_skb_cb *)(skb)->cb)
