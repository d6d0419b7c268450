/* --- the claim: the bits of some members are, by value, what they were when CB_START last ended ---- */

static void cb_ended(struct cb_name *skb)
{
	struct cb_place place[CB_CLAIMED];
	long at = 0, from, to;

	if (!cb_same(cb_step, CB_START)) return;
	cb_members(skb, place);
	for (long i = 0; i < CB_KEPT; i++) skb->object->kept[i].store = -1;
	for (int k = 0; k < CB_CLAIMED; at += place[k++].width) {
		cb_inside(place[k], CB_ALL, &from, &to);
		for (long i = from; i < to; i++)
			if (cb_in_member(place[k], i)) skb->object->kept[at + i] = cb_get(place[k], i);
	}
	skb->object->remembered = 1;
}

static void cb_began(struct cb_name *skb)
{
	struct cb_place place[CB_CLAIMED];
	long at = 0, from, to;

	if (!cb_same(cb_step, CB_END) || !cb_meant() || !skb->object->remembered) return;
	cb_reached++;
	cb_members(skb, place);
	for (int k = 0; k < CB_CLAIMED; at += place[k++].width) {
		memset(cb_bad, 0, sizeof cb_bad);
		cb_inside(place[k], CB_ALL, &from, &to);
		for (long i = from; i < to; i++) {
			struct cb_bit now = cb_get(place[k], i), then = skb->object->kept[at + i];
			if (then.store < 0 || !cb_in_member(place[k], i)) continue;
			cb_bad[i] = !(now.store == then.store && now.at == then.at)
				 && !(now.known && then.known && now.value == then.value);
		}
		cb_judge(place[k], "begins", "after " CB_START ",", "lost");
	}
}
