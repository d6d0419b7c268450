"""A refutation as a C program: real structs laid out by a real compiler, and every run that can
be tried."""
