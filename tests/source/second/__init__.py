"""A second reader of the source, which shares nothing with the first: gcc's GIMPLE, as text."""
