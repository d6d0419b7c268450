/* The types of the fixtures: every kind of record, and bit-fields in every way that compilers place them. */
#ifdef __clang__
#define __user __attribute__((btf_type_tag("user")))
#define __noted __attribute__((btf_decl_tag("noted")))
#else
#define __user
#define __noted
#endif
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
enum color { RED, GREEN = -1 };
enum flag { TOP = 0x80000000u };
enum huge { HUGE = 0x1234567890ULL };
struct fwd;
union ufwd;
enum efwd;
struct bits {
	u8 a : 3, b : 5;
	u32 c : 7;
	u32 : 3;
	u32 d : 13;
	u64 e : 40;
	_Bool f : 1;
	enum color g : 3;
	u32 whole;
};
struct packed {
	u8 x;
	u32 y;
	u32 a : 5;
	u32 : 9;
	u32 b : 6;
	u8 z;
} __attribute__((packed));
struct sk_buff {
	struct sk_buff *next;
	struct fwd *fwd;
	union ufwd *ufwd;
	enum efwd *efwd;
	void __user *buffer;
	u32 table[2][3];
	union {
		u32 in;
		struct {
			u8 deep;
			const volatile u8 cv;
		};
	};
	int (*format)(int, const char *restrict, ...);
	double ratio;
	enum color color;
	enum flag flag;
	enum huge huge;
	struct bits bits;
	struct packed packed;
	unsigned long word;
	long signed_word;
	char cb[48] __attribute__((aligned(8)));
	char flex[];
} __noted;
struct sk_buff skb;
int entry(struct sk_buff *skb) { return skb->bits.a; }
