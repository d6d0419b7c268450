#include <linux/skbuff.h>
int ip_rcv(struct sk_buff *skb);
int ip_forward(struct sk_buff *skb);
struct route { int (*input)(struct sk_buff *skb); };
static struct route forward = { .input = ip_forward };
static int route_input(struct sk_buff *skb, struct route *route) { return route->input(skb); }
int ip_protocol(struct sk_buff *skb)
{
	return ip_rcv(skb) ? -1 : route_input(skb, &forward);
}
