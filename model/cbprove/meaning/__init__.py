"""What was written, and what it means: a tree to a System, and each of its candidates to a
Program."""
