/* Two functions that never name the member itself: what lies beside it in its union is enough. */
struct sk_buff {
	union { unsigned char cb[48]; long args[6]; struct { int pad; struct { short low, high; } half; }; } __attribute__((aligned(8)));
};
long f(struct sk_buff *skb)
{
	return skb->args[1];		// read [8..16) [8,16)
}
void own(struct sk_buff *skb)
{
	skb->half.high = 1;		// write [6..8) [6,8)
}
