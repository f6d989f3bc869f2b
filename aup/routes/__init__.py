"""The addresses of the agreements, by what is done there."""
