"""The peer: django-helpdesk as it comes from PyPI, in an environment of its own, over the bench's PostgreSQL.

Only the files of this folder run there; they must not import anything of the product.
"""
