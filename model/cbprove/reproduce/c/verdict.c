	if (cb_broken < 0 || cb_members_used >= CB_MEMBERS - 1) { CB_PRINT("the program is too small for this spec\n"); return 70; }
	if (cb_broken) return 1;
	if (cb_reached == 0) { CB_PRINT("vacuous: %s is not reached in %ld runs\n", CB_PROPERTY, cb_runs); return 4; }
	CB_PRINT("%s: no violating run among %ld tried%s%s\n", CB_PROPERTY, cb_runs, cb_sampled ? ", of which some at random" : "",
		 cb_out_of_room ? "; some were too long to be followed" : "");
	return 0;
}

