"""What is meant: a spec with its names looked up, and the program it is under one choice of
axes."""
