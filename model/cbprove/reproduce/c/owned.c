/* --- the claim: each bit read through a view is blank, or was stored as the same bit of the same member ---- */

static int cb_came_as(struct cb_bit bit, const struct cb_member *m, long at)	/* at: the bit, in the view of m */
{
	const struct cb_store *s = &cb_store[bit.store];

	if (s->kind == CB_BLANK) return 1;
	if (s->kind != CB_FRESH && s->kind != CB_COMPUTED) return 0;
	if (bit.at < s->at || bit.at >= s->at + s->width) return 0;
	for (int k = 0; k < s->view->members; k++) {
		const struct cb_member *n = &s->view->member[k];
		if (n->leaf && cb_under(n->path, s->path) && n->low <= bit.at && bit.at < n->low + n->width
		    && cb_same(n->whose, m->whose) && n->at + bit.at - n->low == m->at + at - m->low) return 1;
	}
	return 0;
}

static void cb_accessed(int kind, struct cb_place p, long long bytes)
{
	long from, to;

	if (kind != CB_READ_IT || p.view->raw || !cb_meant() || !cb_asked_about(p)) return;
	cb_reached++;
	cb_inside(p, bytes, &from, &to);
	memset(cb_bad, 0, sizeof cb_bad);
	for (int k = 0; k < p.view->members; k++)
		for (long i = from; i < to; i++)
			if (cb_covers(&p, &p.view->member[k], i) && cb_named(p.view, &p.view->member[k], p.at + i)
			    && !cb_came_as(cb_get(p, i), &p.view->member[k], p.at + i)) cb_bad[i] = 1;
	cb_judge(p, "reads what is not its own", "of", "are another's");
}
