"""The pages of the log-in."""
