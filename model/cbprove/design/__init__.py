"""Which designs work: the verdicts of many candidates."""
