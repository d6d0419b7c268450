#define cb_always_zero(p, i)		0
#define cb_mend(p, to)			((void)0)
