#include "packet.h"
struct sent {
	u32 flags;
	union {
		struct { u8 rates[4]; union { struct { u8 tries; u8 limit; }; u16 both; }; u16 flags; } control;
		struct { u32 pad; u16 time; u16 flags; } status;
		u8 driver_data[12];
	};
};
static inline struct sent *sent(struct sk_buff *skb) { return (struct sent *)skb->cb; }
u16 f(struct sk_buff *skb)
{
	struct sent *info = sent(skb);
	info->flags = 0;		// write sent.flags [0,4)
	info->control.flags = 1;	// write sent.control.flags [10,12)
	info->control.limit++;		// read sent.control.limit [9,10); write sent.control.limit [9,10)
	info->driver_data[2] = 1;	// write sent.driver_data[2] [6,7)
	return info->status.time;	// read sent.status.time [8,10)
}
