"""Filters that write dates, times and durations the way the screens do. Loaded everywhere (settings, ``builtins``)."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    """Fri 20 Nov; with the year when it is not this one."""
    if value is None:
        return ""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return _written(on, timezone.localdate().year)


@lru_cache(maxsize=4096)
def _written(on: date, this_year: int) -> str:
    # A page of the log writes a hundred days, most of them more than once.
    written = f"{on:%a} {on.day} {on:%b}"
    return written if on.year == this_year else f"{written} {on.year}"


@register.filter
def clock(value: datetime | None) -> str:
    """14:02, in the school's own time."""
    return "" if value is None else f"{timezone.localtime(value):%H:%M}"


@register.filter
def day_clock(value: datetime | None) -> str:
    """Fri 20 Nov, 14:02."""
    return "" if value is None else f"{day(value)}, {clock(value)}"
