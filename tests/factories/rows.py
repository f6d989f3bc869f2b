"""Incidents put straight into the table, where a test needs many of them or odd ones. They have no revisions."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from incidents.models import Incident
from incidents.rules.references import ALPHABET, check_character
from schools.models import Person


def number_as_reference(number: int) -> str:
    """A well-formed reference for every number."""
    digits = ""
    for _ in range(7):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    digits += check_character(digits)
    return f"{digits[:4]}-{digits[4:]}"


def log_row(by: Person, number: int, *, logged_at: datetime | None = None, **columns: Any) -> Incident:
    """One row of the log, not saved; reported unless said otherwise, and gone the way of everything."""
    return Incident(
        school_id=by.school_id,
        started_by=by,
        reference=number_as_reference(number),
        logged_at=logged_at or timezone.now(),
        **{
            "status": "reported",
            "revision": 1,
            "pack_code": "camden_2021",
            "pack_version": 1,
            "handler_post": "coordinator",
            "why": ["everything"],
            "read_by": ["coordinator", "deputy_dsl", "dsl", "head_teacher"],
            **columns,
        },
    )


def log_rows(by: Person, count: int, **columns: Any) -> list[Incident]:
    """So many rows of the log, saved."""
    return Incident.objects.bulk_create(log_row(by, number, **columns) for number in range(count))
