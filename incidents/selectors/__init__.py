"""Reads over incidents, by noun."""
