"""What a run does to the bits, in plain Python on plain numbers: the reference."""
