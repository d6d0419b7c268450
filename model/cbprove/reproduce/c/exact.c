/* --- the claim: each value written is one that the member holds ------------------------------------------------ */

static cb_maybe void cb_began(struct cb_name *skb) { (void)skb; }
static cb_maybe void cb_ended(struct cb_name *skb) { (void)skb; }
static cb_maybe void cb_cut(struct cb_name *skb) { (void)skb; }
static cb_maybe void cb_accessed(int kind, struct cb_place p, long long bytes) { (void)kind; (void)p; (void)bytes; }

/* Numbers of any C type, told apart from what is equal modulo 2^64 only. */
struct cb_number { int large; long long value; };
#define CB_LARGE(e) _Generic((e), unsigned long: 1, unsigned long long: 1, default: 0)
#define CB_NUMBER(e) ((struct cb_number){ CB_LARGE(e) && (long long)(e) < 0, (long long)(e) })

static cb_maybe void cb_exact(struct cb_place p, struct cb_number wanted, struct cb_number held)
{
	if (cb_stopped || !cb_meant() || !cb_asked_about(p)) return;
	cb_reached++;
	if (wanted.large == held.large && wanted.value == held.value) return;
	cb_refuted("stores what does not fit");
	CB_PRINT("  %s%s%s holds %lld and not %lld\n", p.view->name, *p.path ? "." : "", p.path, held.value, wanted.value);
}
