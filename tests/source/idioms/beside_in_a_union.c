struct sk_buff {
	unsigned int seq;
	union {
		unsigned char cb[48];
		long args[6];
		struct { unsigned int first, second; };
	};
	union { long cookie; void *owner; } other;
};
struct walk { long bucket; unsigned int skip; unsigned char done; };
static struct walk *walk(struct sk_buff *skb) { return (struct walk *)skb->cb; }
int f(struct sk_buff *skb, struct walk *other)
{
	walk(skb)->skip = 1;		// write walk.skip [8,12)
	skb->args[2] = other->bucket;	// write [16..24) [16,24)
	skb->first = skb->second;	// read [4..8) [4,8); write [0..4) [0,4)
	skb->seq++;
	skb->other.cookie = 1;
	return skb->cb[9];		// read [9..10) [9,10)
}
