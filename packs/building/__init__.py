"""Turns the files of a pack into its dataclasses, one module a file, refusing whatever is wrong in them."""
