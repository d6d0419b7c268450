static int cb_named(const struct cb_view *view, const struct cb_member *m, long at)
{
	struct cb_place place[CB_CLAIMED + 1];

	if (CB_CLAIMED == 0) return 1;
	cb_members(cb_here, place);
	for (int k = 0; k < CB_CLAIMED; k++)
		if (cb_same(place[k].view->name, view->name) && cb_under(m->path, place[k].path)
		    && place[k].at <= at && at < place[k].at + place[k].width) return 1;
	return 0;
}

static int cb_asked_about(struct cb_place p)	/* some scalar of it is */
{
	for (int k = 0; CB_CLAIMED && k < p.view->members; k++)
		for (long i = 0; i < p.width; i++)
			if (cb_covers(&p, &p.view->member[k], i) && cb_named(p.view, &p.view->member[k], p.at + i)) return 1;
	return CB_CLAIMED == 0;
}
