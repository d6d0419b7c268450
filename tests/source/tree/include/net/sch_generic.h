#ifndef _NET_SCH_GENERIC_H
#define _NET_SCH_GENERIC_H
#include <linux/skbuff.h>
struct qdisc_skb_cb { u32 pkt_len; u16 classid; u8 data[20]; };
static inline struct qdisc_skb_cb *qdisc_skb_cb(const struct sk_buff *skb)
{
	return (struct qdisc_skb_cb *)skb->cb;
}
static inline u32 qdisc_pkt_len(const struct sk_buff *skb) { return qdisc_skb_cb(skb)->pkt_len; }
static inline void bstats_update(u32 *bytes, const struct sk_buff *skb) { *bytes += qdisc_pkt_len(skb); }
#endif
