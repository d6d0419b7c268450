/* --- the claim: nobody uses a name that was given up, nobody stores to what is shared ---- */

static void cb_used(const struct cb_name *name, int store)
{
	if (!cb_meant()) return;
	cb_reached++;
	if (name->live && !(store && name->object->live > 1)) return;
	cb_refuted(name->live ? "stores to a shared object" : "uses a name that was given up");
}

static void cb_accessed(int kind, struct cb_place p, long long bytes)
{
	(void)bytes;
	cb_used(p.name, kind == CB_WRITE_IT || kind == CB_CLEAR_IT || kind == CB_COPY_TO);
}

static void cb_cut(struct cb_name *skb) { cb_used(skb, 0); }
