/* Stored through bools only, and not the bit of them that may be 1. */
static int cb_always_zero(struct cb_place p, long i)
{
	int zero = 0;

	for (int k = 0; k < p.view->members; k++) {
		const struct cb_member *m = &p.view->member[k];
		long bit = m->element ? (p.at + i - m->low) % m->element : 0;
		if (!cb_covers(&p, m, i)) continue;
		if (!m->boolean || bit == (CB_LITTLE ? 0 : m->element - 1)) return 0;
		zero = 1;
	}
	return zero;
}

static void cb_mend(struct cb_place p, unsigned char *to)		/* whatever is there, a bool reads as 0 or 1 */
{
	for (int k = 0; k < p.view->members; k++) {
		const struct cb_member *m = &p.view->member[k];
		if (m->boolean && m->element % 8 == 0 && cb_under(m->path, p.path))
			for (long i = m->low / 8; i < (m->low + m->width) / 8; i++) to[i] = to[i] != 0;
	}
}
