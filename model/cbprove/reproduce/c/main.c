/* --- all runs ---- */

static void cb_one_run(void (*path)(struct cb_name *))
{
	cb_objects = cb_names = cb_stores = cb_beyonds = cb_runs_of_steps = cb_run = cb_line = cb_stopped = 0;
	cb_asked = 0;
	cb_run_of_path++;
	cb_step = "";
	cb_declared();
	cb_on(&cb_name[0]);
	path(&cb_name[0]);
	cb_runs++;
}

static void cb_follow_script(const char *name, void (*path)(struct cb_name *))
{
	cb_path = name;
	cb_scripted = 1;
	cb_one_run(path);
	cb_scripted = 0;
}

static void cb_search(const char *name, void (*path)(struct cb_name *))
{
	long most = cb_runs + CB_RUNS;

	cb_path = name;
	cb_given = 0;
	cb_sampling = 0;
	while (!cb_broken) {
		cb_one_run(path);
		if (cb_broken || (!cb_sampling && !cb_next())) return;
		if (cb_runs >= most) {
			if (cb_sampling) return;
			cb_sampling = 1;				/* too many to try them all: some of them */
			cb_sampled = 1;
			most += CB_RUNS;
		}
	}
}

static int cb_summary(void)
{
	const char *some = cb_sampled ? ", of which some at random" : "", *cut = cb_out_of_room ? "; some were too long to be followed" : "";

	if (cb_reached) CB_PRINT("%s: no violating run among %ld tried%s%s\n", CB_PROPERTY, cb_runs, some, cut);
	else CB_PRINT("vacuous: %s is not reached in %ld runs\n", CB_PROPERTY, cb_runs);
	return cb_reached ? 0 : 4;
}
