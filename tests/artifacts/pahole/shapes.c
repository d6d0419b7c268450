/* Structs in which every mark of pahole occurs; shapes.o and shapes.btf are made of them by tests/artifacts/check_pahole.py. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef struct {
	int counter;
} counter_t;
typedef int (*call_t)(u32, const char *);
struct aligned {
	u8 a;
	u32 b __attribute__((aligned(16)));
	u8 c;
} __attribute__((aligned(64)));
struct packed {
	u8 a;
	u32 b;
	u64 c;
} __attribute__((packed));
struct packed_to_four {
	u8 a;
	u32 b;
	u64 c;
} __attribute__((packed, aligned(4)));
struct bits {
	u32 a : 3;
	u32 : 5;
	u32 b : 4;
	u8 c : 2;
	u64 d : 33;
	int e : 7;
	u32 : 0;
	u32 f : 1;
	_Bool g : 1;
};
struct shared_units {
	u16 kind;
	u32 phase : 12;
	u8 one : 1;
	u8 two : 2;
	u16 rest : 9;
};
struct front_hole {
	u32 : 8;
	u32 late : 4;
	u8 tail;
};
struct spelled {
	int table[3][5];
	const char *const name;
	const struct bits *const *list;
	void (*calls[4])(int, const char *, ...);
	int (*row)[7];
	volatile int busy;
	call_t call;
	counter_t users;
	struct {
		int x;
		struct {
			char y;
			long z;
		} inner[3];
	} outer[2];
	enum { LOW, HIGH = 7 } level;
	enum { ONLY = 1 } __attribute__((packed)) small;
	union {
		long whole;
		char part[9];
	};
	const struct {
		u8 fixed;
	};
	struct {
		u8 behind;
	} *pointed;
	enum color { RED, GREEN } color;
	u8 marker[0];
	char flexible[];
};
struct nested {
	struct bits bits;
	u8 x;
	struct spelled *p;
	struct {
		u8 k;
		u32 l;
	} __attribute__((packed)) within;
	struct packed packed;
};
struct cache_lines {
	char a[100];
	struct {
		char b[60];
		long c;
	} s;
	union {
		struct {
			char d[70];
			int e;
		} t;
		long f[20];
	} u;
	char last;
};
struct one_byte_over {
	char a[65];
	char b;
};
struct far {
	u32 a;
	u32 b __attribute__((aligned(64)));
};
struct near_a_line {
	char a[56];
	u32 b __attribute__((aligned(64)));
};
struct packed_tail {
	u32 a;
	u8 b;
} __attribute__((packed));
struct across_units {
	u32 a : 20;
	u32 b : 20;
	u8 c;
	u32 d : 30;
	u32 e : 6;
} __attribute__((packed));
struct forced {
	u8 a : 3;
	u16 : 0;
	enum { NEAR, FAR = 300 } b : 10;
};
struct empty {};
struct holds_nothing {
	struct empty e;
	int x;
	struct empty f[0];
};
union alone {
	struct {
		u8 a;
		u32 b;
	};
	u64 c[20];
	struct {
		char d[64];
		u32 e;
	} f;
	struct {
		char g[64];
		u32 h;
	} i[2], j;
};
struct {
	struct aligned a;
	struct packed p;
	struct packed_to_four p4;
	struct bits b;
	struct shared_units su;
	struct front_hole fh;
	struct spelled *s;
	struct nested n;
	struct cache_lines c;
	struct one_byte_over o;
	struct far f;
	struct near_a_line l;
	struct packed_tail t;
	struct across_units x;
	struct forced forced;
	struct holds_nothing h;
	union alone u;
} all;
