"""Decisions about a school from facts alone, by noun: no Django, no clock, no database."""
