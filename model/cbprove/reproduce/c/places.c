/* --- places: where a view or a member of it lies, in bits ------------------------------------------------------ */

struct cb_member { char path[CB_PATH], whose[CB_PATH]; long at, low, width, element, align, natural;
		   int boolean, leaf; };
struct cb_view   { const char *name, *area; struct cb_member *member; int members, raw;
		   long align, low, width, first, last; };
struct cb_name   { struct cb_object *object; int live; };
struct cb_place  { struct cb_name *name; const struct cb_view *view; const char *path; long low, at, width, moved; };

#define cb_named_object cb_maybe struct cb_name *
#define CB_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define CB_MASK(bit) (CB_LITTLE ? 1 << (bit) % 8 : 0x80 >> (bit) % 8)		/* bits are counted as the ABI fills them */

static struct cb_name cb_name[CB_NAMES], *cb_here;
static int cb_stopped, cb_broken;
static long cb_reached;

static cb_maybe int cb_same(const char *a, const char *b) { return strcmp(a, b) == 0; }

static cb_maybe int cb_under(const char *path, const char *of)			/* is `of`, or inside of it */
{
	size_t n = strlen(of);
	return n == 0 || (strncmp(path, of, n) == 0 && (path[n] == 0 || path[n] == '.'));
}

static cb_maybe struct cb_place cb_at(struct cb_name *name, const struct cb_view *view, const char *path)
{
	for (int i = 0; i < view->members; i++)
		if (cb_same(view->member[i].path, path))
			return (struct cb_place){ name, view, path, view->low + view->member[i].low, view->member[i].low,
						  view->member[i].width, 0 };
	if (*path) { CB_PRINT("%s has no %s in this candidate\n", view->name, path); cb_stopped = 1; cb_broken = -1; }
	return (struct cb_place){ name, view, path, view->low, 0, view->width, 0 };
}
#define CB_AT(name, view, ...) cb_at(name, &V_##view, #__VA_ARGS__)

static cb_maybe struct cb_place cb_element(struct cb_place p, long index, long size, int last, int moved)
{
	p.low += index * size;
	p.at += index * size;
	if (moved) p.moved += index * size;
	if (last == 1) p.width = size;
	if (last == 2) p.width -= index * size;				/* the rest of the array */
	return p;
}
