"""Pages about incidents, by noun."""
