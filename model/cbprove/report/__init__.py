"""How it is said to people and to programs."""
