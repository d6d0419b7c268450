"""cbprove: which layers' views of a control block can live together, proved or refuted."""
