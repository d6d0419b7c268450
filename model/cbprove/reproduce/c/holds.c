/* --- the claim: a condition is true whenever CB_END begins ---- */

static void cb_began(struct cb_name *skb)
{
	if (!cb_same(cb_step, CB_END) || !cb_meant()) return;
	cb_reached++;
	if (cb_condition(skb) || cb_stopped) return;
	cb_refuted("begins");
	CB_PRINT("  %s is false\n", CB_CONDITION);
}
