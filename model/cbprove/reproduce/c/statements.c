/* --- what statements do ---- */

static void cb_fill(struct cb_place p, long from, long to, int kind, int store)
{
	for (long i = from; i < to; i++) {
		int zero = kind == CB_BLANK || (kind == CB_FRESH && cb_always_zero(p, i));
		cb_put(p.name->object, p.low + i, (struct cb_bit){ store, (int)(p.at + i), (unsigned char)zero, 0 });
	}
}

static void cb_read(int line, struct cb_place p, long long bytes)
{
	cb_line = line;
	if (!cb_stopped) cb_accessed(CB_READ_IT, p, bytes);
}

static void cb_written(int line, struct cb_place p)
{
	cb_line = line;
	if (!cb_stopped) cb_accessed(CB_WRITE_IT, p, CB_ALL);
}

/* Fresh values, whatever they are; what of the padding in and around members is stored too, is unspecified. */
static void cb_fresh(int line, struct cb_place p, int (*padding)(struct cb_place p, long i))
{
	long from, to;
	int fresh, other;

	cb_written(line, p);
	if (cb_stopped) return;
	other = cb_new_store(CB_UNSPECIFIED, p);
	fresh = cb_new_store(CB_FRESH, p);
	cb_inside(p, CB_ALL, &from, &to);
	for (long i = from; i < to; i++)
		if (cb_in_member(p, i)) cb_fill(p, i, i + 1, CB_FRESH, fresh);
		else if (!padding || padding(p, i)) cb_fill(p, i, i + 1, CB_UNSPECIFIED, other);
}

static void cb_write(int line, struct cb_place p) { cb_fresh(line, p, 0); }
static void cb_write_each(int line, struct cb_place p) { cb_fresh(line, p, cb_in_group); }

static void cb_write_for(int line, struct cb_place p, long long bytes)
{
	long from, to;
	int fresh;

	cb_line = line;
	if (!cb_stopped) cb_accessed(CB_WRITE_IT, p, bytes);
	if (cb_stopped) return;
	fresh = cb_new_store(CB_FRESH, p);
	cb_inside(p, bytes, &from, &to);
	for (long i = from; i < to; i++)
		cb_put(p.name->object, p.low + i, (struct cb_bit){ fresh, (int)(p.at + i), 0, 0 });
}

static void cb_set(struct cb_place p, const void *value)	/* the member of a view that was set */
{
	const unsigned char *from_value = (const unsigned char *)value + cb_window(p.view);
	long from, to;
	int store = cb_stopped ? 0 : cb_new_store(CB_COMPUTED, p);

	cb_inside(p, CB_ALL, &from, &to);
	for (long i = from; i < to && !cb_stopped; i++) {
		long at = p.at - p.moved + i;
		int bit = (from_value[at / 8] & CB_MASK(at)) != 0;
		cb_put(p.name->object, p.low + i, (struct cb_bit){ store, (int)(p.at + i), 1, (unsigned char)bit });
	}
}

static void cb_clear(int line, struct cb_place p, long long bytes)
{
	long from, to;

	cb_line = line;
	if (!cb_stopped) cb_accessed(CB_CLEAR_IT, p, bytes);
	if (cb_stopped) return;
	cb_inside(p, bytes, &from, &to);
	cb_fill(p, from, to, CB_BLANK, cb_new_store(CB_BLANK, p));
}

static void cb_copy(int line, struct cb_place a, struct cb_place b, long long bytes)	/* memmove */
{
	static struct cb_bit taken[CB_BITS];
	long from, to;

	cb_line = line;
	if (!cb_stopped) cb_accessed(CB_COPY_FROM, a, bytes);
	if (!cb_stopped) cb_accessed(CB_COPY_TO, b, bytes);
	if (cb_stopped) return;						/* there may be no parent then */
	cb_inside(b, bytes, &from, &to);
	for (long i = from; i < to; i++) taken[i - from] = cb_get(a, i);
	for (long i = from; i < to && !cb_stopped; i++) cb_put(b.name->object, b.low + i, taken[i - from]);
}

static struct cb_name *cb_clone(int line, struct cb_name *from)
{
	cb_line = line;
	if (cb_stopped) return from;
	cb_cut(from);
	return cb_make(from, 1);
}

static struct cb_name *cb_new(int line, struct cb_name *from)
{
	cb_line = line;
	return cb_stopped ? from : cb_make(from, 0);
}

static struct cb_name *cb_share(int line, struct cb_name *skb)
{
	cb_line = line;
	return cb_new_name(skb->object);
}

static struct cb_name *cb_on(struct cb_name *name) { return cb_here = name; }

static void cb_consume(int line, struct cb_name *skb)
{
	cb_line = line;
	skb->object->live -= skb->live;
	skb->live = 0;
}

static void cb_assume(int line, int condition)
{
	cb_line = line;
	if (!condition) cb_stopped = 1;
}

static void cb_next_moment(void)					/* inputs `per step` are drawn afresh */
{
	if (cb_runs_of_steps == CB_STEPS) cb_full(); else cb_run = cb_runs_of_steps++;
}

static void cb_begin(int line, struct cb_name *skb, const char *step)
{
	cb_line = line;
	cb_next_moment();
	cb_step = step;
	cb_on(skb);
	if (!cb_stopped) cb_began(skb);
}

static void cb_end(struct cb_name *skb)
{
	if (cb_stopped) return;
	skb->object->ended[cb_run] = 1;
	cb_ended(skb);
	cb_step = "";
}

static long long cb_input(struct cb_input *input, const char *name, unsigned long long low, unsigned long long high, int each)
{
	if (input->run != cb_run_of_path || (each && input->moment != cb_run)) {
		input->value = (long long)low;
		if (cb_scripted) { cb_choose(1); cb_from_script(name, 0, &input->value); }
		else input->value = (long long)cb_pick(low, high);
		if (!cb_stopped) cb_tell(name, 0, input->value);
		input->run = cb_run_of_path;
		input->moment = cb_run;
	}
	return input->value;
}
