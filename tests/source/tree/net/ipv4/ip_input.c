#include <net/ip.h>
int ip_rcv(struct sk_buff *skb)
{
	memset(IPCB(skb), 0, sizeof(struct inet_skb_parm));
	IPCB(skb)->iif = 1;
	return ip_options_compile(&IPCB(skb)->opt, skb);
}
