/* --- the claim is about where things lie, before any run ---- */

static void cb_misplaced(void)
{
	if (!cb_broken) CB_PRINT("refuted: %s\n\n", CB_PROPERTY);
	if (cb_broken == 0) cb_broken = 1;
}

static long cb_asked_align(const struct cb_view *v, const struct cb_member *m);

static long cb_cap(const struct cb_view *v, const struct cb_member *m)	/* of a struct that was packed */
{
	const struct cb_member *around = 0;
	long align;

	for (int k = 0; k < v->members; k++)
		if (!v->member[k].leaf && cb_under(m->path, v->member[k].path) && !cb_same(m->path, v->member[k].path)
		    && (!around || strlen(around->path) < strlen(v->member[k].path))) around = &v->member[k];
	if (!around) return 0;
	align = cb_asked_align(v, around);
	return align < around->natural || cb_cap(v, around) ? align : 0;
}

static long cb_asked_align(const struct cb_view *v, const struct cb_member *m)
{
	long cap = cb_cap(v, m);

	return cap && cap < m->align ? cap : m->align;
}

static void cb_view_aligned(const struct cb_view *v)
{
	for (int k = 0; k < v->members; k++) {
		const struct cb_member *m = &v->member[k];
		long align = cb_asked_align(v, m);
		if (!m->align) continue;				/* a bit-field has no address */
		cb_reached++;
		if (v->align % align == 0 && (v->low + m->low) % (8 * align) == 0) continue;
		cb_misplaced();
		CB_PRINT("  %s%s%s lies at byte %ld and asks for a multiple of %ld bytes\n", v->name, *m->path ? "." : "",
			 m->path, (v->low + m->low) / 8, align);
	}
	cb_reached += v->members == 0;
}

static void cb_view_fits(const struct cb_view *v)
{
	cb_reached++;
	if (v->low >= v->first && v->low + v->width <= v->last) return;
	cb_misplaced();
	CB_PRINT("  %s: %ld bytes do not fit into %s at their place\n", v->name, v->width / 8, v->area);
}

static void cb_disjoint(struct cb_place a, struct cb_place b)
{
	cb_reached++;
	if (a.name != b.name || a.low >= b.low + b.width || b.low >= a.low + a.width) return;
	cb_misplaced();
	CB_PRINT("  %s%s%s shares bytes with %s%s%s\n", a.view->name, *a.path ? "." : "", a.path, b.view->name,
		 *b.path ? "." : "", b.path);
}
