#include <net/ip.h>
static void set_length(struct ip_options *opt, u8 length) { opt->optlen = length; }
int ip_options_compile(struct ip_options *opt, struct sk_buff *skb)
{
	set_length(opt, skb->data[0]);
	if (opt->optlen > 40) {
		icmp_send(skb, opt);
		return -1;
	}
	opt->srr = 0;
	return 0;
}
