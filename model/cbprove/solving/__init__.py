"""The only folder that imports z3: obligations in, sat, unsat or unknown out."""
