"""DWARF: what a compiler keeps of the types of an object."""
