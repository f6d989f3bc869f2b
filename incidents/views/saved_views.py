"""What somebody narrowed the log to, kept in their session under a random name: no search word is in an address."""

import secrets
from dataclasses import fields
from datetime import date
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from incidents.selectors.log import ALL_OPEN, Filters
from schools.viewer import Viewer

SESSION_KEY = "log_views"
KEPT = 10
# Views that any page may link to; their names say nothing about anybody.
FIXED: dict[str, Filters] = {"open": Filters(status=ALL_OPEN), "sent": Filters(status="in_progress")}
_DATES = {"since", "until"}
_NAMES = tuple(each.name for each in fields(Filters))


def keep(session: SessionBase, viewer: Viewer, filters: Filters) -> str:
    """Keep the filters, the newest ten of this school, and return the name they are kept under."""
    name = secrets.token_urlsafe(9)
    views = _of_school(session, viewer)
    views[name] = _as_texts(filters)
    session[SESSION_KEY] = {"school": str(viewer.school_id), "views": dict(list(views.items())[-KEPT:])}
    return name


def find(session: SessionBase, viewer: Viewer, name: str) -> Filters:
    """The filters kept under this name; no filters where the name is not known (any more)."""
    if name in FIXED:
        return FIXED[name]
    return _from_texts(_of_school(session, viewer).get(name, {}))


def _of_school(session: SessionBase, viewer: Viewer) -> dict[str, dict[str, str]]:
    kept = session.get(SESSION_KEY) or {}
    return dict(kept.get("views", {})) if kept.get("school") == str(viewer.school_id) else {}


def _as_texts(filters: Filters) -> dict[str, str]:
    values = {name: getattr(filters, name) for name in _NAMES}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value}


def _from_texts(texts: dict[str, str]) -> Filters:
    values: dict[str, Any] = {name: text for name, text in texts.items() if name in _NAMES}
    values |= {name: date.fromisoformat(values[name]) for name in _DATES if name in values}
    return Filters(**values)
