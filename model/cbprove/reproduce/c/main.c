/* --- all runs ------------------------------------------------------------------------------------------------ */

static cb_maybe void cb_one_run(void (*path)(struct cb_name *))
{
	cb_objects = cb_names = cb_stores = cb_runs_of_steps = cb_run = cb_line = cb_stopped = 0;
	cb_asked = 0;
	cb_run_of_path++;
	cb_step = "";
	cb_declared();
	cb_on(&cb_name[0]);
	path(&cb_name[0]);
	cb_runs++;
}

static cb_maybe void cb_search(const char *name, void (*path)(struct cb_name *))
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
