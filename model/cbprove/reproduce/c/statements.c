/* --- what statements do -------------------------------------------------------------------------------------- */

static cb_maybe void cb_accessed(int kind, struct cb_place p, long long bytes);
static cb_maybe void cb_began(struct cb_name *skb);
static cb_maybe void cb_ended(struct cb_name *skb);
static cb_maybe void cb_cut(struct cb_name *skb);

static cb_maybe void cb_fill(struct cb_place p, long from, long to, int kind, int store)
{
	for (long i = from; i < to; i++) {
		int zero = kind == CB_BLANK || (kind == CB_FRESH && cb_always_zero(p, i));
		cb_put(p.name->object, p.low + i, (struct cb_bit){ store, (int)(p.at + i), (unsigned char)zero, 0 });
	}
}

static cb_maybe void cb_read(struct cb_place p, long long bytes)
{
	if (!cb_stopped) cb_accessed(CB_READ_IT, p, bytes);
}

static cb_maybe void cb_write(struct cb_place p, int each)		/* fresh values, whatever they are */
{
	long from, to;
	int fresh, padding;

	if (!cb_stopped) cb_accessed(CB_WRITE_IT, p, CB_ALL);
	if (cb_stopped) return;
	padding = cb_new_store(CB_UNSPECIFIED, p);
	fresh = cb_new_store(CB_FRESH, p);
	cb_inside(p, CB_ALL, &from, &to);
	for (long i = from; i < to; i++)
		if (cb_in_member(p, i)) cb_fill(p, i, i + 1, CB_FRESH, fresh);
		else if (!each || cb_in_group(p, i)) cb_fill(p, i, i + 1, CB_UNSPECIFIED, padding);
}

static cb_maybe void cb_write_for(struct cb_place p, long long bytes)
{
	long from, to;
	int fresh;

	if (!cb_stopped) cb_accessed(CB_WRITE_IT, p, bytes);
	if (cb_stopped) return;
	fresh = cb_new_store(CB_FRESH, p);
	cb_inside(p, bytes, &from, &to);
	for (long i = from; i < to; i++)
		cb_put(p.name->object, p.low + i, (struct cb_bit){ fresh, (int)(p.at + i), 0, 0 });
}

static cb_maybe void cb_set(struct cb_place p, const void *value)	/* the member of a view that was set */
{
	long from, to;
	int store = cb_stopped ? 0 : cb_new_store(CB_VALUE, p);

	cb_inside(p, CB_ALL, &from, &to);
	for (long i = from; i < to && !cb_stopped; i++) {
		long at = p.at - p.moved + i;
		int bit = (((const unsigned char *)value)[at / 8] & CB_MASK(at)) != 0;
		cb_put(p.name->object, p.low + i, (struct cb_bit){ store, (int)(p.at + i), 1, (unsigned char)bit });
	}
}

static cb_maybe void cb_clear(struct cb_place p, long long bytes)
{
	long from, to;

	if (!cb_stopped) cb_accessed(CB_CLEAR_IT, p, bytes);
	if (cb_stopped) return;
	cb_inside(p, bytes, &from, &to);
	cb_fill(p, from, to, CB_BLANK, cb_new_store(CB_BLANK, p));
}

static cb_maybe void cb_copy(struct cb_place a, struct cb_place b, long long bytes)	/* memmove */
{
	static struct cb_bit taken[CB_BITS];
	long from, to;

	if (!cb_stopped) cb_accessed(CB_COPY_FROM, a, bytes);
	if (!cb_stopped) cb_accessed(CB_COPY_TO, b, bytes);
	cb_inside(b, bytes, &from, &to);
	for (long i = from; i < to; i++) taken[i - from] = cb_get(a, i);
	for (long i = from; i < to && !cb_stopped; i++) cb_put(b.name->object, b.low + i, taken[i - from]);
}

static cb_maybe struct cb_name *cb_clone(struct cb_name *from)
{
	if (cb_stopped) return from;
	cb_cut(from);
	return cb_make(from, 1);
}

static cb_maybe struct cb_name *cb_new(struct cb_name *from) { return cb_stopped ? from : cb_make(from, 0); }
static cb_maybe struct cb_name *cb_share(struct cb_name *skb) { return cb_new_name(skb->object); }
static cb_maybe struct cb_name *cb_on(struct cb_name *name) { return cb_here = name; }

static cb_maybe void cb_consume(struct cb_name *skb)
{
	skb->object->live -= skb->live;
	skb->live = 0;
}

static cb_maybe void cb_assume(int condition) { if (!condition) cb_stopped = 1; }

static cb_maybe void cb_next_moment(void)					/* inputs `per step` are drawn afresh */
{
	if (cb_runs_of_steps == CB_STEPS) cb_full(); else cb_run = cb_runs_of_steps++;
}

static cb_maybe void cb_begin(struct cb_name *skb, const char *step)
{
	cb_next_moment();
	cb_step = step;
	cb_on(skb);
	if (!cb_stopped) cb_began(skb);
}

static cb_maybe void cb_end(struct cb_name *skb)
{
	if (cb_stopped) return;
	skb->object->ended[cb_run] = 1;
	cb_ended(skb);
	cb_step = "";
}

/* --- inputs -------------------------------------------------------------------------------------------------- */

struct cb_input { const char *name; unsigned long long low, high; int per_step, run, moment; long long value; };
static int cb_run_of_path;

static cb_maybe long long cb_input(struct cb_input *input)
{
	if (input->run != cb_run_of_path || (input->per_step && input->moment != cb_run)) {
		input->value = (long long)input->low;
		if (cb_scripted) { cb_choose(1); cb_from_script(input->name, 0, &input->value); }
		else input->value = (long long)cb_pick(input->low, input->high);
		if (!cb_stopped) cb_tell(input->name, 0, input->value);
		input->run = cb_run_of_path;
		input->moment = cb_run;
	}
	return input->value;
}

static cb_maybe void cb_accessed_for_write(struct cb_place p)
{
	if (!cb_stopped) cb_accessed(CB_WRITE_IT, p, CB_ALL);
}

/* The spec's line; `write M = e` through the real member, which the compiler stores to; the same where `exact` asks. */
#define CB_LINE(n) cb_line = n;
#define CB_SET(view, place, m, e) do { struct cb_place cb_p = place; T_##view cb_v; cb_accessed_for_write(cb_p); \
	memset(&cb_v, 0, sizeof cb_v); if (!cb_stopped) cb_v m = (e); cb_set(cb_p, &cb_v); } while (0)
#define CB_SET_EXACTLY(view, place, m, e) do { struct cb_place cb_p = place; T_##view cb_v; memset(&cb_v, 0, sizeof cb_v); \
	if (!cb_stopped) { cb_v m = (e); cb_exact(cb_p, CB_NUMBER(e), CB_NUMBER(cb_v m)); } cb_set(cb_p, &cb_v); } while (0)
