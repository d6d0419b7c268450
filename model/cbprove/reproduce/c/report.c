/* --- what is said ---- */

static unsigned char cb_bad[CB_BITS + 8];				/* bits of a place that break the claim */

static const char *cb_stored_by(struct cb_bit bit)
{
	static const char *const by[] = { "debris, stored by nobody", "from outside of the area", "cleared", "padding of a write",
					  "stored", "stored" };
	return by[cb_store[bit.store].kind];
}

static void cb_say_bits(struct cb_place p, long from, long to)
{
	long base = p.view->first;

	if (from % 8 || to % 8) CB_PRINT("%s[%ld.%ld..%ld.%ld)", p.view->area, (from - base) / 8, (from - base) % 8,
					 (to - base) / 8, (to - base) % 8);
	else CB_PRINT("%s[%ld..%ld)", p.view->area, (from - base) / 8, (to - base) / 8);
}

static void cb_say_source(struct cb_bit bit)
{
	const struct cb_store *s = &cb_store[bit.store];
	const struct cb_member *m = 0;

	CB_PRINT(": %s", cb_stored_by(bit));
	for (int k = 0; s->view && k < s->view->members; k++)
		if (s->view->member[k].leaf && s->view->member[k].low <= bit.at && cb_under(s->view->member[k].path, s->path)
		    && bit.at < s->view->member[k].low + s->view->member[k].width && !m) m = &s->view->member[k];
	if (s->kind < CB_BLANK) { CB_PRINT("\n"); return; }
	if (m) CB_PRINT(" as %s%s%s", s->view->name, *m->path ? "." : "",
			m->path);
	CB_PRINT(" by %s, line %d\n", s->step && *s->step ? s->step : "the path itself", s->line);
}

/* The first bad bits of a place: how many, where, and who stored what lies there now. */
static void cb_say_lost(struct cb_place p, const char *what, const char *how)
{
	long bits = 0, bytes = 0, all = 0, last = -1;

	for (long i = 0; i < CB_BITS; i++) {
		if (cb_in_member(p, i)) all++;
		if (!cb_bad[i]) continue;
		bits++;
		bytes += last != (p.low + i) / 8;
		last = (p.low + i) / 8;
	}
	CB_PRINT("  %s %s%s%s: %ld of %ld bytes %s\n", what, p.view->name, *p.path ? "." : "",
		 p.path, bytes, (all + 7) / 8, how);
	for (long i = 0, to; i < CB_BITS; i = to + 1) {
		for (to = i; cb_bad[to] && cb_get(p, to).store == cb_get(p, i).store; to++) continue;
		if (to == i) continue;
		CB_PRINT("    ");
		cb_say_bits(p, p.low + i, p.low + to);
		cb_say_source(cb_get(p, i));
		to--;
	}
}

static void cb_refuted(const char *where)
{
	cb_broken = 1;
	cb_stopped = 1;
	CB_PRINT("refuted: %s\n\n  path %s", CB_PROPERTY, cb_path);
	for (long i = 0; i < cb_asked && i < CB_CHOICES; i++)
		if (cb_told[i].line) CB_PRINT(", %s%lld%s at line %ld", cb_same(cb_told[i].what, "arm") ? "arm " : "",
					      cb_told[i].value, cb_same(cb_told[i].what, "arm") ? "" : cb_told[i].value == 1 ? " turn" : " turns", cb_told[i].line);
		else CB_PRINT(", %s = %lld", cb_told[i].what, cb_told[i].value);
	CB_PRINT("\n  %s %s", *cb_step ? cb_step : "a statement of the path", where);
	if (cb_line) CB_PRINT(", line %d", cb_line);
	CB_PRINT("\n");
}

/* Says it if some bits of the place are bad. */
static void cb_judge(struct cb_place p, const char *where, const char *what, const char *how)
{
	int any = 0;

	for (long i = 0; i < CB_BITS; i++) any |= cb_bad[i];
	if (!any) return;
	if (!cb_broken) cb_refuted(where);
	cb_say_lost(p, what, how);
}
