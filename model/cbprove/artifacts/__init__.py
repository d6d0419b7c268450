"""Layouts from real files: BTF, DWARF, C headers."""
