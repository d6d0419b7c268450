"""Why an answer can be believed."""
