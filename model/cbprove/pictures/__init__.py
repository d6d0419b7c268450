"""Structs and control blocks as pictures."""
