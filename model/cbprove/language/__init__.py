"""What was written: grammar, syntax tree, and its resolution to meaning."""
