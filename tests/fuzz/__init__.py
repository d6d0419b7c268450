"""Chance looks for faults: noise in, diagnostics or verdicts out; random systems, prover and
reference alike."""
