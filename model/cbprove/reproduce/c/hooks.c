#define cb_accessed(kind, p, bytes)	((void)(p), (void)(bytes))
#define cb_began(skb)			((void)(skb))
#define cb_ended(skb)			((void)(skb))
#define cb_cut(skb)			((void)(skb))
