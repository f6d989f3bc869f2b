"""Logging in: passwords, second steps, passkeys, sessions and their ends. django-allauth does the work underneath."""
