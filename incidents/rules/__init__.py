"""Decisions about incidents, from facts alone: no Django, no clock, no database."""
