#ifndef _LINUX_SKBUFF_H
#define _LINUX_SKBUFF_H
#include <linux/types.h>
#include <linux/string.h>
struct net_device { const char *name; };
struct sk_buff {
	struct sk_buff *next;
	struct net_device *dev;
	char cb[48] __attribute__((aligned(8)));
	u32 len;
	u8 *data;
};
#define BUILD_BUG_ON(condition) ((void)sizeof(char[1 - 2 * !!(condition)]))
void kfree_skb(struct sk_buff *skb);
#endif
