"""Verdicts that nobody has to take on faith: what is kept of them, and how all of it is checked
again."""
