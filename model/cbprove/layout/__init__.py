"""Where C puts things: ABIs, types, struct layout."""
