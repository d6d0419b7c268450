/* What all files of this folder share: a packet, and what is laid over its control block. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long size_t;

struct sk_buff { struct sk_buff *next; u32 len; char cb[48] __attribute__((aligned(8))); u8 *data; };

struct options { u32 address; u8 length; u8 changed : 1, strict : 1, rest : 6; u8 text[]; };
struct parm { u32 iif; u16 flags; u16 most; struct { u8 ttl; u8 tos; }; union { u32 word; u16 half[2]; }; u8 slots[8]; };
struct routed { u32 iif; struct options opt; };
struct queue { u32 length; u8 data[20]; };

#define PARM(skb) ((struct parm *)((skb)->cb))
static inline struct routed *routed(const struct sk_buff *skb) { return (struct routed *)&skb->cb[0]; }
static inline struct queue *queue(const struct sk_buff *skb) { return (struct queue *)skb->cb; }
static inline u32 queue_length(const struct sk_buff *skb) { return queue(skb)->length; }

void *memset(void *to, int value, size_t length);
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
int memcmp(const void *one, const void *other, size_t length);
void told(const void *address);
u32 number(void);
