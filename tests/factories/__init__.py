"""Small functions that make what a test needs, each with the least that must be said."""

from tests.factories.incidents import answers, incident, report
from tests.factories.schools import coordinator, log_in, person, pupil, school, staff, viewer

__all__ = [
    "answers",
    "coordinator",
    "incident",
    "log_in",
    "person",
    "pupil",
    "report",
    "school",
    "staff",
    "viewer",
]
