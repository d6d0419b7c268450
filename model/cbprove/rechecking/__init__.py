"""Solvers other than the one that proves."""
