"""Which stores may reach which bits, and for which candidates: an account of runs by data flow,
beside the prover's formulas."""
