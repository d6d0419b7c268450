#include <linux/skbuff.h>
void copy_skb_header(struct sk_buff *to, const struct sk_buff *from)
{
	to->dev = from->dev;
	memcpy(to->cb, from->cb, sizeof(to->cb));
}
