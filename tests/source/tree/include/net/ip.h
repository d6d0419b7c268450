#ifndef _NET_IP_H
#define _NET_IP_H
#include <linux/skbuff.h>
struct ip_options { u32 nexthop; u8 optlen; u8 srr; u8 is_changed : 1; u8 data[]; };
struct inet_skb_parm { int iif; struct ip_options opt; u16 flags; u16 frag_max_size; };
#define IPCB(skb) ((struct inet_skb_parm *)((skb)->cb))
#define IPSKB_FORWARDED 1
int ip_options_compile(struct ip_options *opt, struct sk_buff *skb);
void icmp_send(struct sk_buff *skb, const struct ip_options *opt);
int ip_output(struct sk_buff *skb);
static inline u32 ip_skb_mtu(const struct sk_buff *skb) { return IPCB(skb)->flags ? 1500 : 576; }
#endif
