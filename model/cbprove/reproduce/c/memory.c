/* --- memory in which each bit knows which store it came from ---- */

enum { CB_DEBRIS, CB_OUTSIDE, CB_BLANK, CB_UNSPECIFIED, CB_FRESH, CB_COMPUTED };
enum { CB_READ_IT, CB_WRITE_IT, CB_CLEAR_IT, CB_COPY_FROM, CB_COPY_TO };

struct cb_bit    { int store, at; unsigned char known, value; };
struct cb_store  { int kind, run, line; const char *step; const struct cb_view *view; const char *path; long at, width; };
struct cb_object { struct cb_name *parent; int debris, live; unsigned char byte[CB_BYTES];
		   struct cb_bit bit[CB_BITS], kept[CB_KEPT + 1]; int remembered; unsigned char ended[CB_STEPS]; };

static struct cb_object cb_object[CB_OBJECTS];
static struct cb_store cb_store[CB_STORES];
static int cb_objects;
static int cb_names;
static int cb_stores;
static int cb_run;							/* of a step: its number in this run of the path */
static int cb_runs_of_steps;
static int cb_run_of_path;
static long cb_out_of_room;

static void cb_full(void) { cb_stopped = 1; cb_out_of_room++; }		/* a run too long to be followed */

static int cb_new_store(int kind, struct cb_place p)
{
	if (cb_stores == CB_STORES) { cb_full(); return 0; }
	cb_store[cb_stores] = (struct cb_store){ kind, cb_run, cb_line, cb_step, p.view, p.path, p.at, p.width };
	return cb_stores++;
}

static struct cb_name *cb_new_name(struct cb_object *object)
{
	if (cb_names == CB_NAMES) { cb_full(); return &cb_name[0]; }
	cb_name[cb_names] = (struct cb_name){ object, 1 };
	object->live++;
	return &cb_name[cb_names++];
}

static struct cb_name *cb_make(struct cb_name *from, int copied)	/* clone, or new */
{
	static const struct cb_place nowhere;
	struct cb_object *made = &cb_object[cb_objects];

	if (cb_objects == CB_OBJECTS) { cb_full(); return from ? from : &cb_name[0]; }
	cb_objects++;
	if (from) *made = *from->object; else memset(made, 0, sizeof *made);
	made->parent = from;
	made->live = 0;
	made->debris = cb_new_store(CB_DEBRIS, nowhere);
	cb_new_store(CB_OUTSIDE, nowhere);
	for (long i = 0; !copied && i < CB_BITS; i++) made->bit[i] = (struct cb_bit){ made->debris, (int)i, 0, 0 };
	if (!copied) memset(made->byte, 0, sizeof made->byte);
	return cb_new_name(made);
}

static void cb_put(struct cb_object *o, long at, struct cb_bit bit)
{
	o->bit[at] = bit;
	if (bit.value) o->byte[at / 8] |= CB_MASK(at); else o->byte[at / 8] &= ~CB_MASK(at);
}

static struct cb_bit cb_beyond[CB_BITS];				/* bits outside of areas that were looked at in this run */
static int cb_beyonds;

static int cb_outside(struct cb_place p, long i) { return p.low + i < p.view->first || p.view->last <= p.low + i; }

static struct cb_bit cb_get(struct cb_place p, long i)
{
	struct cb_bit found = { p.name->object->debris + 1, (int)(p.low + i), 0, 0 };

	if (!cb_outside(p, i)) return p.name->object->bit[p.low + i];
	for (int k = 0; k < cb_beyonds; k++)
		if (cb_beyond[k].store == found.store && cb_beyond[k].at == found.at) return cb_beyond[k];
	return found;
}

static void cb_inside(struct cb_place p, long long bytes, long *from, long *to)
{
	long end = bytes == CB_ALL ? p.width : bytes < 0 || bytes > CB_BYTES ? 8L * CB_BYTES + 8 : 8 * (long)bytes;

	*from = p.low < p.view->first ? p.view->first - p.low : 0;
	*to = p.low + end > p.view->last ? p.view->last - p.low : end;
}

static int cb_covers(const struct cb_place *p, const struct cb_member *m, long i)	/* is bit i of p in the scalar m? */
{
	return m->leaf && i < p->width && m->low <= p->at + i && p->at + i < m->low + m->width && cb_under(m->path, p->path);
}

static int cb_in_member(struct cb_place p, long i)
{
	for (int k = 0; k < p.view->members; k++)
		if (cb_covers(&p, &p.view->member[k], i)) return 1;
	return 0;
}

static int cb_in_group(struct cb_place p, long i)		/* in a struct that is a member */
{
	for (int k = 0; k < p.view->members; k++) {
		const struct cb_member *m = &p.view->member[k];
		if (!m->leaf && m->low <= p.at + i && p.at + i < m->low + m->width && cb_under(m->path, p.path)
		    && !cb_same(m->path, p.path)) return 1;
	}
	return 0;
}

static struct cb_name *cb_parent(struct cb_name *name) { return name->object->parent; }
