#include <net/tc.h>
#include <net/ip.h>
static int defragment(struct sk_buff *skb)
{
	struct tc_skb_cb cb = *tc_skb_cb(skb);

	memset(IPCB(skb), 0, sizeof(struct inet_skb_parm));
	cb.mru = IPCB(skb)->frag_max_size;
	*tc_skb_cb(skb) = cb;
	return 1;
}
int tcf_ct_act(struct sk_buff *skb)
{
	int defrag = defragment(skb);

	tc_skb_cb(skb)->post_ct = 1;
	tc_skb_cb(skb)->zone = 3;
	if (defrag)
		qdisc_skb_cb(skb)->pkt_len = skb->len;
	return 0;
}
