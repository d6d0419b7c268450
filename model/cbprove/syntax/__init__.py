"""What was written: text to a tree."""
