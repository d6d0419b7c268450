"""Where in a control block there is room for somebody's bytes, between two steps of their life."""
