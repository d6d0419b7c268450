#include <net/ip.h>
void icmp_send(struct sk_buff *skb, const struct ip_options *opt)
{
	if (opt->srr)
		kfree_skb(skb);
}
