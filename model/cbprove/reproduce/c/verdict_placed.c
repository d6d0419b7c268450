	if (cb_broken < 0 || cb_members_used >= CB_MEMBERS - 1) { CB_PRINT("the program is too small for this spec\n"); return 70; }
	if (!cb_broken) CB_PRINT("%s: as it should be\n", CB_PROPERTY);
	return cb_broken;
}

