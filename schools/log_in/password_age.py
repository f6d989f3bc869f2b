"""The greatest age of a password: a setting of the school, off unless it is switched on."""

import time

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit import services as audit
from schools.log_in import marks, rules
from schools.models import School, User
from schools.roles import Permission
from schools.viewer import Viewer

# How long an answer to "is it too old?" is believed.
LOOK_AGAIN_SECONDS = 60


def greatest_age_days(*, viewer: Viewer) -> int | None:
    """After how many days the viewer's school wants new passwords; None: never. One query."""
    return School.objects.values_list("password_max_age_days", flat=True).get(pk=viewer.school_id)


def set_greatest_age(*, by: Viewer, days: int | None) -> None:
    """Want new passwords after so many days, or with None never. CM asks for six months, NS for three.

    Raises NotAllowed, IntegrityError for a number out of bounds.
    """
    by.must(Permission.MANAGE_SCHOOL)
    with transaction.atomic():
        School.objects.filter(pk=by.school_id).update(password_max_age_days=days)
        audit.record(
            "school.password_age_set",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"days": days or 0},
        )


def must_change_password(request: HttpRequest, viewer: Viewer | None) -> bool:
    """Whether the user's password is too old for the school. One query, at most once a minute in each session."""
    user = request.user
    if viewer is None or not isinstance(user, User) or not user.has_usable_password():
        return False
    now = time.time()
    if now - request.session.get(marks.PASSWORD_LOOKED_AT, 0.0) < LOOK_AGAIN_SECONDS:
        return False
    changed_at = user.password_changed_at or user.created_at
    days = greatest_age_days(viewer=viewer)
    if rules.is_due(changed_at, greatest_age_days=days, now=timezone.now()):
        return True
    request.session[marks.PASSWORD_LOOKED_AT] = now
    return False
