"""Terms, and their texts: SMT-LIB, clauses. Nothing here knows of runs."""
