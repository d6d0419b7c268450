/* --- the claim: each view lies, and each access stays, inside of its area ---- */

static void cb_accessed(int kind, struct cb_place p, long long bytes)
{
	long end = bytes == CB_ALL ? p.width : bytes < 0 || bytes > CB_BYTES ? 8L * CB_BYTES + 8 : 8 * (long)bytes;

	(void)kind;
	if (!cb_meant() || !cb_meant_view(p.view->name, p.view->raw)) return;
	cb_reached++;
	if (end <= 0 || (p.low >= p.view->first && p.low + end <= p.view->last)) return;
	cb_refuted("reaches out of the area");
	CB_PRINT("  %s%s%s: ", p.view->name, *p.path ? "." : "", p.path);
	cb_say_bits(p, p.low, p.low + end);
	CB_PRINT(", of ");
	cb_say_bits(p, p.view->first, p.view->last);
	CB_PRINT("\n");
}
