"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def queries_at_most(limit: int) -> Iterator[None]:
    """Fails when more queries are sent; what Postgres is told about transactions is none."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sent = [each["sql"] for each in captured if not each["sql"].startswith(TRANSACTIONS)]
    assert len(sent) <= limit, f"{len(sent)} queries:\n" + "\n".join(sent)
