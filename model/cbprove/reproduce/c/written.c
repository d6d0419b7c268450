/* --- the claim: each bit read was stored, by those that are asked for if any are ---- */

static int cb_was_stored(struct cb_bit bit)
{
	const struct cb_store *s = &cb_store[bit.store];

	if (s->kind == CB_BLANK) return !CB_BY_SOME;
	if (s->kind != CB_FRESH && s->kind != CB_COMPUTED) return 0;
	return !CB_BY_SOME || (s->step && *s->step && cb_by(s->step) && cb_here->object->ended[s->run]);
}

static void cb_accessed(int kind, struct cb_place p, long long bytes)
{
	long from, to;

	if (kind != CB_READ_IT || !cb_meant() || !cb_asked_about(p)) return;
	cb_reached++;
	cb_inside(p, bytes, &from, &to);
	memset(cb_bad, 0, sizeof cb_bad);
	for (long i = from; i < to; i++) {
		int asked = bytes != CB_ALL;
		for (int k = 0; k < p.view->members; k++)
			asked |= cb_covers(&p, &p.view->member[k], i) && cb_named(p.view, &p.view->member[k], p.at + i);
		cb_bad[i] = asked && !cb_was_stored(cb_get(p, i));
	}
	cb_judge(p, "reads what was not written", "of", "were not stored by who is asked for");
}
