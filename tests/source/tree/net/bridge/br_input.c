#include "br_private.h"
int br_handle_frame(struct sk_buff *skb)
{
	memset(skb->cb, 0, sizeof(struct br_input_skb_cb));
	BR_INPUT_SKB_CB(skb)->brdev = skb->dev;
	return BR_INPUT_SKB_CB(skb)->promisc;
}
