"""Runs made symbolic: sources as terms, claims as formulas."""
