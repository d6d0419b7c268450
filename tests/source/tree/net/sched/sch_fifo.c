#include <net/sch_generic.h>
struct fifo_skb_cb { u32 enqueued; };
static struct fifo_skb_cb *fifo_skb_cb(struct sk_buff *skb)
{
	return (struct fifo_skb_cb *)qdisc_skb_cb(skb)->data;
}
int fifo_enqueue(struct sk_buff *skb) { fifo_skb_cb(skb)->enqueued = 1; return 0; }
u32 fifo_dequeue(struct sk_buff *skb) { return fifo_skb_cb(skb)->enqueued + qdisc_pkt_len(skb); }
