"""What can be asked on the command line: one module a command, each with its arguments and what
it does."""
