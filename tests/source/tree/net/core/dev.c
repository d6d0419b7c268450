#include <net/tc.h>
void qdisc_pkt_len_init(struct sk_buff *skb) { qdisc_skb_cb(skb)->pkt_len = skb->len; }
int tc_run(struct sk_buff *skb)
{
	static u32 bytes;

	bstats_update(&bytes, skb);
	tc_skb_cb(skb)->mru = 0;
	tc_skb_cb(skb)->post_ct = 0;
	return 0;
}
