union cb_views;
struct cb_view;
struct cb_name;								/* an object, by one of its names */
struct cb_input { int run, moment; long long value; };
struct cb_place { struct cb_name *name; const struct cb_view *view; const char *path; long low, at, width, moved; };	/* in bits */

/* The line of the spec, the object, and what is meant there: a view, or a member of it. */
#define CB_PLACE(o, M)			cb_at(o, #M)
#define CB_READ(line, o, M)		cb_read(line, cb_at(o, #M), CB_ALL)
#define CB_WRITE(line, o, M)		cb_write(line, cb_at(o, #M))
#define CB_WRITE_EACH(line, o, M)	cb_write_each(line, cb_at(o, #M))	/* its members, not what is between them */
#define CB_CLEAR(line, o, M)		cb_clear(line, cb_at(o, #M), CB_ALL)
#define CB_COPY(line, o, M, p, N)	cb_copy(line, cb_at(o, #M), cb_at(p, #N), CB_ALL)
#define CB_SET(line, o, M, e)		CB_SET_AT(line, cb_at(o, #M), M, e)
#define CB_SET_AT(line, place, M, e) do { struct cb_place cb_p = place; union cb_views cb_v; cb_written(line, cb_p); \
	memset(&cb_v, 0, sizeof cb_v); if (!cb_stopped) cb_v.M = (e); cb_set(cb_p, &cb_v); } while (0)
#define CB_SET_EXACTLY(line, o, M, e)	CB_SET_EXACTLY_AT(line, cb_at(o, #M), M, e)
#define CB_SET_EXACTLY_AT(line, place, M, e) do { struct cb_place cb_p = place; union cb_views cb_v; cb_line = line; \
	memset(&cb_v, 0, sizeof cb_v); if (!cb_stopped) { cb_v.M = (e); cb_exact(cb_p, CB_NUMBER(e), CB_NUMBER(cb_v.M)); } \
	cb_set(cb_p, &cb_v); } while (0)
#define CB_VALUE(o, M)			cb_load(cb_at(o, #M)).M
#define CB_VALUE_AT(place, M)		cb_load(place).M
#define CB_VIEW(view, whole, at)	cb_lay(#view, #whole, 8 * (long)(at), CB_SIZE_OF(view))
#define CB_AREA(o, area)		cb_lay_area(#o "." #area, #area, 8 * (long)offsetof(struct object_##o, area), \
	8 * (long)sizeof(((struct object_##o *)0)->area), _Alignof(struct object_##o))
#define CB_TOP(type)			((1ULL << (8 * sizeof(type) - 1)) - 1)
#define CB_LEAST(type)			((type)-1 < (type)1 ? -CB_TOP(type) - 1 : 0)
#define CB_MOST(type)			((type)-1 < (type)1 ? CB_TOP(type) : 2 * CB_TOP(type) + 1)
#define CB_SIZE_OF(M)			(8 * (long)sizeof(((union cb_views *)0)->M))
#define CB_LENGTH(e)			(cb_stopped ? 0 : (long long)(e))
#define CB_ASSUME(line, e)		cb_assume(line, cb_stopped || (e))
#define CB_IF(line, e)			if (cb_line = (line), !cb_stopped && (e))
#define CB_OPTIONALLY(line)		if (cb_arm(line, 2) == 0)
#define CB_EITHER(line)			if (cb_arm(line, 2) == 0)
#define CB_MANY				-1
#define CB_REPEAT(line, low, high)	for (long cb_turn = cb_turns(line, low, high); cb_turn > 0; cb_turn--)
#define CB_ON(of, o)			for (struct cb_name *cb_outer = o, *cb_in = o = cb_on(of); cb_in; o = cb_on(cb_outer), cb_in = 0)
#define CB_EACH(line, of, o, low, high)	CB_REPEAT(line, low, high) /* a clone, and on it */ \
	for (struct cb_name *cb_outer = o, *of = o = cb_on(cb_clone(line, o)); (void)of, cb_outer; o = cb_on(cb_outer), cb_outer = 0)
#define CB_NEW(line, of, o)		struct cb_name *of = cb_new(line, o); (void)of
#define CB_CLONE(line, of, o)		struct cb_name *of = cb_clone(line, o); (void)of
#define CB_SHARE(line, of, o)		struct cb_name *of = cb_share(line, o); (void)of
#define CB_ALL				(-1LL - 0x7fffffffffffffffLL)		/* no length: the whole place */

/* Numbers of any C type, told apart from what is equal modulo 2^64 only. */
struct cb_number { int large; long long value; };
#define CB_LARGE(e) _Generic((e), unsigned long: 1, unsigned long long: 1, default: 0)
#define CB_NUMBER(e) cb_numbered(CB_LARGE(e), (long long)(e))

static int cb_line;							/* of the spec */
static int cb_stopped;							/* this run is over */
static const char *cb_path;
static const char *cb_step;
