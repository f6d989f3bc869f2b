"""The transaction that a service runs in: a viewer's school is entered already, an administrator enters it now."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from schools.viewer import Administrator, AdministratorAt, Viewer
from schools.wall import in_school


@contextmanager
def at_school_of(by: Viewer | AdministratorAt) -> Iterator[None]:
    """One transaction in the school that ``by`` is at work for. No query for a viewer, three for an administrator."""
    if isinstance(by, Administrator):
        with in_school(by.school_id):
            yield
    else:
        with transaction.atomic():
            yield
