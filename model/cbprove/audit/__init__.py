"""A spec held against what a compiler saw in the source: what is missing, what is too much, what
is not there."""
