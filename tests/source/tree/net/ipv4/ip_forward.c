#include <net/ip.h>
int ip_forward(struct sk_buff *skb)
{
	struct ip_options *opt = &IPCB(skb)->opt;

	if (opt->srr && opt->nexthop != 7)
		opt->is_changed = 1;
	IPCB(skb)->flags |= IPSKB_FORWARDED;
	return ip_output(skb);
}
