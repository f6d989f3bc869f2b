"""The least that could answer: a Django project of its own over the product's tables.

No middleware, no session, no permission, no layout; one indexed query a page, the same rows, the same template engine
with cached templates, CONN_MAX_AGE, autocommit. What each view does is said beside it.
"""
