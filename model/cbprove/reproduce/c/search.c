/* --- the search: every choice in turn, the witness's first ---- */

static long cb_digit[CB_CHOICES];
static long cb_radix[CB_CHOICES];
static long cb_asked;
static long cb_given;
static long cb_runs;
static long cb_script_at;
static long cb_script_bits;
static int cb_scripted;
static int cb_sampled;
static int cb_sampling;
static unsigned long long cb_seed = 1;
static struct { const char *what; long line; long long value; } cb_told[CB_CHOICES];

static void cb_tell(const char *what, long line, long long value)
{
	if (cb_asked <= CB_CHOICES) { cb_told[cb_asked - 1].what = what; cb_told[cb_asked - 1].line = line;
				      cb_told[cb_asked - 1].value = value; }
}

static long cb_choose(long among)					/* 0 .. among-1 */
{
	long i = cb_asked;

	if (cb_stopped || i == CB_CHOICES) { if (!cb_stopped) cb_full(); return 0; }
	cb_asked++;
	if (cb_sampling) {
		cb_seed = cb_seed * 6364136223846793005ull + 1442695040888963407ull;
		return cb_digit[i] = (long)((cb_seed >> 33) % (unsigned long)among);
	}
	if (i >= cb_given) cb_digit[i] = 0;
	cb_radix[i] = among;
	return cb_digit[i];
}

static int cb_next(void)						/* the next choices, the last one first */
{
	for (cb_given = cb_asked; cb_given > 0; cb_given--)
		if (cb_digit[cb_given - 1] + 1 < cb_radix[cb_given - 1]) {
			cb_digit[cb_given - 1]++;
			return 1;
		}
	return 0;
}

static int cb_from_script(const char *what, long line, long long *value)
{
	if (!cb_scripted) return 0;
	for (long i = cb_script_at; cb_script[i].what; i++)
		if (cb_script[i].line == line && cb_same(cb_script[i].what, what)) {
			if (line) cb_script_at = i + 1; else cb_script[i].line = -1;	/* each of them once */
			*value = cb_script[i].value;
			break;
		}
	return 1;
}

static long cb_arm(long line, long arms)
{
	long arm = cb_choose(arms);
	long long said = arm;

	if (cb_from_script("arm", line, &said)) arm = (long)said;
	if (!cb_stopped) cb_tell("arm", line, arm + 1);
	return arm;
}

static long cb_turns(long line, long low, long high)		/* high < 0: no limit */
{
	long most = high < 0 || high > 1000 ? low + CB_TURNS : high, turns = low + cb_choose(most - low + 1);
	long long said = low;

	if (cb_stopped) return 0;
	if (cb_from_script("turns", line, &said)) turns = (long)said;
	cb_tell("turns", line, turns);
	return turns;
}

/* One of low..high: all of them if they are few, else the edges and what the spec compares with. */
static unsigned long long cb_pick(unsigned long long low, unsigned long long high)
{
	unsigned long long span = high - low, list[CB_EDGES * 3 + 4], d;
	long count = 0;

	if (span < 1ull << CB_SMALL) return low + (unsigned long long)cb_choose((long)span + 1);
	list[count++] = 0, list[count++] = span, list[count++] = 1, list[count++] = span / 2;
	for (int i = 0; i < CB_EDGES * 3; i++) {
		d = (unsigned long long)cb_edge[i / 3] + (unsigned long long)(i % 3) - 1 - low;
		if (d > 1 && d < span) list[count++] = d;
	}
	return low + list[cb_choose(count)];
}

/* --- values: bits that were stored by `write M` have any, until one is looked at ---- */

static void cb_decide(struct cb_bit bit)				/* wherever that bit went */
{
	for (int o = 0; o < cb_objects; o++) {
		for (long i = 0; i < CB_BITS; i++)
			if (cb_object[o].bit[i].store == bit.store && cb_object[o].bit[i].at == bit.at)
				cb_put(&cb_object[o], i, bit);
		for (long i = 0; i < CB_KEPT; i++)
			if (cb_object[o].kept[i].store == bit.store && cb_object[o].kept[i].at == bit.at)
				cb_object[o].kept[i] = bit;
	}
}

static void cb_settle(struct cb_place p)
{
	unsigned long long value = 0;
	long open = 0, one;

	for (long i = 0; i < p.width; i++) open += !cb_get(p, i).known;
	if (open == 0 || cb_stopped || p.width > 64) return;
	if (cb_scripted) {
		cb_choose(1);
	} else if (open <= CB_SMALL) {
		one = cb_choose(1L << open);
		for (long i = 0, k = 0; i < p.width; i++)
			if (!cb_get(p, i).known) value |= (unsigned long long)(one >> k++ & 1) << (CB_LITTLE ? i : p.width - 1 - i);
	} else {
		value = cb_pick(0, p.width == 64 ? ~0ull : (1ull << p.width) - 1);
	}
	for (long i = 0; i < p.width; i++) {
		struct cb_bit bit = cb_get(p, i);
		long weight = CB_LITTLE ? i : p.width - 1 - i;
		if (bit.known) continue;
		bit.known = 1;
		bit.value = cb_scripted ? cb_script_bit[cb_script_bits] == '1' : value >> weight & 1;
		if (cb_scripted && cb_script_bit[cb_script_bits]) cb_script_bits++;
		if (cb_scripted && bit.value) value |= 1ull << weight;
		cb_decide(bit);
		if (cb_store[bit.store].kind != CB_OUTSIDE) continue;
		if (cb_beyonds < CB_BITS) cb_beyond[cb_beyonds++] = bit; else cb_full();
	}
	cb_tell(*p.path ? p.path : p.view->name, 0, (long long)value);
}

static union cb_views cb_load(struct cb_place p)				/* the view as it lies in memory */
{
	union cb_views value;
	unsigned char *to = (unsigned char *)&value + cb_window(p.view);
	long from = (p.view->low + p.moved) / 8, size = p.view->width / 8;

	memset(&value, 0, sizeof value);
	if (cb_stopped) return value;					/* there may be no parent then */
	cb_settle(p);
	for (long i = 0; i < size; i++)
		if (from + i >= 0 && from + i < CB_BYTES) to[i] = p.name->object->byte[from + i];
	for (long i = 0, at = p.low - p.view->low - p.moved; i < p.width; i++, at++) {
		if (!cb_outside(p, i)) continue;
		if (cb_get(p, i).value) to[at / 8] |= CB_MASK(at); else to[at / 8] &= ~CB_MASK(at);
	}
	cb_mend(p, to);
	return value;
}
