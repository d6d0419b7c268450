/* --- where views and members lie, in bits ---- */

enum { CB_PATH = 96, CB_MEMBERS = 4096, CB_OBJECTS = 64, CB_NAMES = 256, CB_STORES = 8192, CB_STEPS = 1024, CB_CHOICES = 1024,
       CB_SMALL = 4 };			/* room, and how many bits of a value are tried in all ways */
#define CB_BYTES ((long)sizeof(union cb_any))
#define CB_BITS (8 * CB_BYTES)
#define CB_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define CB_MASK(bit) (CB_LITTLE ? 1 << (bit) % 8 : 0x80 >> (bit) % 8)	/* bits are counted as the ABI fills them */

struct cb_member { char path[CB_PATH], whose[CB_PATH]; long at, low, width, element, align, natural; int boolean, leaf; };
struct cb_view { const char *name, *area; struct cb_member *member; int members, raw; size_t length; long align, low, width, first, last; };
struct cb_name { struct cb_object *object; int live; };

static struct cb_name cb_name[CB_NAMES];
static struct cb_name *cb_here;
static struct cb_view cb_view[CB_VIEWS + 1] = { { .name = "" } };	/* none of them at 0 */
static int cb_views;
static struct cb_member cb_member[CB_MEMBERS];
static int cb_members_used;
static int cb_packed;							/* inside of a struct without a name that is packed */
static unsigned long long cb_ones = ~0ull;
static int cb_broken;							/* 1 refuted, -1 the program is too small */
static long cb_reached;

static int cb_same(const char *a, const char *b) { return strcmp(a, b) == 0; }

static int cb_under(const char *path, const char *of)			/* is `of`, or inside of it */
{
	size_t n = strlen(of);
	return n == 0 || (strncmp(path, of, n) == 0 && (path[n] == 0 || path[n] == '.'));
}

static struct cb_view *cb_view_of(const char *text)			/* of a view, or of a member of it */
{
	for (int i = 1; i <= cb_views; i++)
		if (strncmp(text, cb_view[i].name, cb_view[i].length) == 0 && strchr(".", text[cb_view[i].length])) return &cb_view[i];
	return &cb_view[0];
}

static struct cb_place cb_at(struct cb_name *name, const char *text)
{
	const struct cb_view *v = cb_view_of(text);
	const char *path = text + v->length + (v->length && text[v->length]);

	for (int i = 0; i < v->members; i++)
		if (cb_same(v->member[i].path, path))
			return (struct cb_place){ name, v, path, v->low + v->member[i].low, v->member[i].low, v->member[i].width, 0 };
	if (*path) { CB_PRINT("there is no %s in this candidate\n", text); cb_stopped = 1; cb_broken = -1; }
	return (struct cb_place){ name, v, "", v->low, 0, v->width, 0 };
}

static long cb_window(const struct cb_view *v) { return v->raw ? v->low / 8 : 0; }	/* where it lies in union cb_views */

static struct cb_place cb_element(struct cb_place p, long index, long size, int last, int moved)
{
	p.low += index * size;
	p.at += index * size;
	if (moved) p.moved += index * size;
	if (last == 1) p.width = size;
	if (last == 2) p.width -= index * size;				/* the rest of the array */
	return p;
}

static struct cb_view *cb_laid(const char *name, const char *area, long low, long width, long first, long last, long align)
{
	cb_view[++cb_views] = (struct cb_view){ name, area, 0, 0, 0, strlen(name), align, low, width, first, last };
	return &cb_view[cb_views];
}

static void cb_lay_area(const char *name, const char *area, long low, long width, long align)
{
	cb_laid(name, area, low, width, low, low + width, align)->raw = 1;
}

static void cb_lay(const char *name, const char *whole, long at, long width)
{
	const struct cb_view *v = cb_view_of(whole);
	cb_laid(name, v->area, v->low + at, width, v->first, v->last, v->align);
}

/* --- the members of each type: one word each, in a struct CB_T at bit `cb_base` of the view cb_v ---- */

#define CB_PART(m)  (((CB_T *)0)->m)
#define CB_SIZED(m)  (8 * (long)sizeof CB_PART(m))
#define CB_FROM(m)  (8 * (long)offsetof(CB_T, m))
#define CB_ALIGNED(m, row) cb_aligned(row, (long)__alignof__(CB_PART(m)), (long)_Alignof(__typeof__(CB_PART(m))))
#define CB_LEAF_AS(m, in, of, shift, part, boolean) cb_leaf(CB_ALIGNED(m, cb_row(cb_v, cb_within, in, cb_whose, of)), \
	shift, cb_base + (shift) + CB_FROM(m), CB_SIZED(m), CB_SIZED(part), boolean)
#define CB_FIELD_AS(m, in, of, shift, boolean) do { CB_T cb_t; memset(&cb_t, 0, sizeof cb_t); cb_t.m = cb_ones & (boolean ? 1 : ~0ull); \
	cb_field(cb_row(cb_v, cb_within, in, cb_whose, of), shift, cb_base + (shift), &cb_t, sizeof cb_t, boolean); } while (0)
#define CB_GROUP_AS(m, in, shift) do { struct cb_member *row = CB_ALIGNED(m, cb_row(cb_v, cb_within, in, cb_whose, "")); \
	row->low = cb_base + (shift) + CB_FROM(m), row->width = CB_SIZED(m); } while (0)
#define CB_NESTED_AS(lay, m, in, shift) do { char cb_inner[CB_PATH]; \
	lay(cb_v, cb_base + (shift) + CB_FROM(m), cb_join(cb_inner, cb_within, in)); } while (0)
#define CB_LEAF(m)         CB_LEAF_AS(m, #m, #m, 0, m, 0)
#define CB_ARRAY(m, part)  CB_LEAF_AS(m, #m, #m, 0, part, 0)
#define CB_FIELD(m)        CB_FIELD_AS(m, #m, #m, 0, 0)
#define CB_NESTED(lay, m)  do { CB_GROUP_AS(m, #m, 0); CB_NESTED_AS(lay, m, #m, 0); } while (0)
#define CB_USE             (void)cb_v, (void)cb_base, (void)cb_within, (void)cb_whose, (void)sizeof(CB_T)
#define CB_STRUCT(type)    typedef type CB_T; const char *cb_whose = #type; CB_USE
#define CB_LISTED(view)    for (struct cb_view *cb_v = cb_listed(#view); cb_v; cb_v = 0)
#define CB_BARE(text)      typedef union cb_views CB_T; long cb_base = 0; const char *cb_within = "", *cb_whose = text; CB_USE
#define CB_BARE_IN(o, area) typedef struct object_##o CB_T; long cb_base = -8 * (long)offsetof(struct object_##o, area); \
	const char *cb_within = "", *cb_whose = "object " #o "." #area; CB_USE

static const char *cb_join(char *to, const char *path, const char *name)
{
	size_t n = strlen(path);

	memcpy(to, path, n);
	if (n && *name) to[n++] = '.';
	memcpy(to + n, name, strlen(name) + 1);
	return to;
}

static struct cb_member *cb_row(struct cb_view *v, const char *path, const char *in, const char *whose, const char *of)
{
	struct cb_member *m = &cb_member[cb_members_used];

	if (cb_members_used == CB_MEMBERS - 1) cb_broken = -1;
	else cb_members_used++, v->members++;
	memset(m, 0, sizeof *m);
	cb_join(m->path, path, in);
	cb_join(m->whose, whose, of);
	return m;
}

static struct cb_member *cb_aligned(struct cb_member *m, long align, long natural)
{
	m->align = cb_packed ? 1 : align, m->natural = natural;
	return m;
}

static void cb_leaf(struct cb_member *m, long at, long low, long width, long element, int boolean)
{
	m->at = at, m->low = low, m->width = width, m->element = element, m->boolean = boolean, m->leaf = 1;
}

static void cb_field(struct cb_member *m, long at, long low, const void *set, long size, int boolean)
{
	long first = -1, last = -1;

	for (long i = 0; i < 8 * size; i++)				/* `set` is zero but for the bits of the field */
		if (((const unsigned char *)set)[i / 8] & CB_MASK(i)) { last = i; if (first < 0) first = i; }
	cb_leaf(m, at, low + first, last - first + 1, last - first + 1, boolean);
}

static struct cb_view *cb_listed(const char *name)			/* none where the view has no place in this candidate */
{
	struct cb_view *v = cb_view_of(name);

	v->member = &cb_member[cb_members_used];
	return v->length ? v : 0;
}
