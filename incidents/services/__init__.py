"""Writes to incidents, by noun."""
