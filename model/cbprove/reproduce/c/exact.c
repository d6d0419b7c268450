/* --- the claim: each value written is one that the member holds ---- */

static struct cb_number cb_numbered(int large, long long e) { return (struct cb_number){ large && e < 0, e }; }

static void cb_exact(struct cb_place p, struct cb_number wanted, struct cb_number held)
{
	if (cb_stopped || !cb_meant() || !cb_asked_about(p)) return;
	cb_reached++;
	if (wanted.large == held.large && wanted.value == held.value) return;
	cb_refuted("stores what does not fit");
	CB_PRINT("  %s%s%s holds %lld and not %lld\n", p.view->name, *p.path ? "." : "", p.path, held.value, wanted.value);
}
