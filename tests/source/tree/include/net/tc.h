#ifndef _NET_TC_H
#define _NET_TC_H
#include <net/sch_generic.h>
struct tc_skb_cb { struct qdisc_skb_cb qdisc_cb; u16 mru; u8 post_ct : 1; u16 zone; };
static inline struct tc_skb_cb *tc_skb_cb(const struct sk_buff *skb)
{
	struct tc_skb_cb *cb = (struct tc_skb_cb *)skb->cb;

	BUILD_BUG_ON(sizeof(*cb) > sizeof(skb->cb));
	return cb;
}
#endif
