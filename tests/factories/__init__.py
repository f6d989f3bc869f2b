"""Small functions that make what a test needs, each with the least that must be said."""

from tests.factories.agreements import parent_of, published, signature, signer
from tests.factories.incidents import answers, incident, involved, report
from tests.factories.schools import coordinator, log_in, log_in_user, person, pupil, school, staff, viewer

__all__ = [
    "answers",
    "coordinator",
    "incident",
    "involved",
    "log_in",
    "log_in_user",
    "parent_of",
    "person",
    "published",
    "pupil",
    "report",
    "school",
    "signature",
    "signer",
    "staff",
    "viewer",
]
