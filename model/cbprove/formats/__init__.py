"""Formats for those who go on with a result: each a module, all of the same findings."""
