/* --- where the compiler puts the members of each type ---------------------------------------------------------- */

static struct cb_member cb_member[CB_MEMBERS];
static int cb_members_used, cb_packed;				/* cb_packed: inside of a struct without a name that is packed */
static cb_maybe unsigned long long cb_ones = ~0ull;

static cb_maybe const char *cb_join(char *to, const char *path, const char *name)
{
	size_t n = strlen(path);

	memcpy(to, path, n);
	if (n && *name) to[n++] = '.';
	memcpy(to + n, name, strlen(name) + 1);
	return to;
}

static cb_maybe struct cb_member *cb_row(struct cb_view *v, const char *path, const char *in, const char *whose, const char *of)
{
	struct cb_member *m = &cb_member[cb_members_used];

	if (cb_members_used == CB_MEMBERS - 1) cb_broken = -1;		/* reported by main */
	else cb_members_used++, v->members++;
	memset(m, 0, sizeof *m);
	cb_join(m->path, path, in);
	cb_join(m->whose, whose, of);
	return m;
}

static cb_maybe struct cb_member *cb_aligned(struct cb_member *m, long align, long natural)
{
	m->align = cb_packed ? 1 : align, m->natural = natural;
	return m;
}

static cb_maybe void cb_leaf(struct cb_member *m, long at, long low, long width, long element, int boolean)
{
	m->at = at, m->low = low, m->width = width, m->element = element, m->boolean = boolean, m->leaf = 1;
}

static cb_maybe void cb_field(struct cb_member *m, long at, long low, const void *set, long size, int boolean)
{
	long first = -1, last = -1;

	for (long i = 0; i < 8 * size; i++)				/* `set` is zero but for the bits of the field */
		if (((const unsigned char *)set)[i / 8] & CB_MASK(i)) { last = i; if (first < 0) first = i; }
	cb_leaf(m, at, low + first, last - first + 1, last - first + 1, boolean);
}

static cb_maybe struct cb_view cb_laid(const char *name, long width, long low, const char *area, long first, long last, long align)
{
	return (struct cb_view){ name, area, &cb_member[cb_members_used], 0, 0, align, low, width, first, last };
}

/* One line a member: in a struct CB_T at bit `cb_base` of the view cb_v. `cb_whose` is the struct that its bits belong to. */
#define CB_PART(m)  (((CB_T *)0)->m)
#define CB_SIZED(m)  (8 * (long)sizeof CB_PART(m))
#define CB_FROM(m)  (8 * (long)offsetof(CB_T, m))
#define CB_ALIGNED(m, row) cb_aligned(row, (long)__alignof__(CB_PART(m)), (long)_Alignof(__typeof__(CB_PART(m))))
#define CB_LEAF_AS(m, in, of, shift, element, boolean) \
	cb_leaf(CB_ALIGNED(m, cb_row(cb_v, cb_within, in, cb_whose, of)), shift, cb_base + (shift) + CB_FROM(m), CB_SIZED(m), CB_SIZED(element), boolean)
#define CB_FIELD_AS(m, in, of, shift, boolean) do { CB_T cb_t; memset(&cb_t, 0, sizeof cb_t); cb_t.m = cb_ones & (boolean ? 1 : ~0ull); \
	cb_field(cb_row(cb_v, cb_within, in, cb_whose, of), shift, cb_base + (shift), &cb_t, sizeof cb_t, boolean); } while (0)
#define CB_GROUP_AS(m, in, shift) do { struct cb_member *row = CB_ALIGNED(m, cb_row(cb_v, cb_within, in, cb_whose, "")); \
	row->low = cb_base + (shift) + CB_FROM(m), row->width = CB_SIZED(m); } while (0)
#define CB_NESTED_AS(lay, m, in, shift) do { char cb_inner[CB_PATH]; lay(cb_v, cb_base + (shift) + CB_FROM(m), cb_join(cb_inner, cb_within, in)); } while (0)
#define CB_LEAF(m)         CB_LEAF_AS(m, #m, #m, 0, m, 0)
#define CB_FIELD(m)        CB_FIELD_AS(m, #m, #m, 0, 0)
#define CB_NESTED(lay, m)  do { CB_GROUP_AS(m, #m, 0); CB_NESTED_AS(lay, m, #m, 0); } while (0)
#define CB_VIEW(view, text, at, ...) V_##view = cb_laid(text, 8 * (long)sizeof(T_##view), at, __VA_ARGS__)
#define CB_RAW(view)    (V_##view.raw = 1)
#define CB_LOW(view)    (V_##view.low)
#define CB_BOUND(view)  V_##view.area, V_##view.first, V_##view.last, V_##view.align
#define CB_LAID(view)   (V_##view.name != 0)
