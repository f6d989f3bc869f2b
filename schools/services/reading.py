"""Opening what is known of people: services and not only reads, because each leaves its row on the trail."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from schools.selectors import PersonFound
from schools.selectors.members import (
    Pair,
    PeopleList,
    PersonPage,
    RoleOf,
    guardian_term,
    name_of,
    people_list,
    person_page,
    role_term,
)
from schools.selectors.officer import OfficerPage, officer_page
from schools.selectors.posts import PostsPage, Term, Waiting, appointment, current_terms, posts_page, term_of
from schools.selectors.school import find_appointable, find_managed
from schools.selectors.service import ServedSchool, served_school
from schools.services.places import at_school_of
from schools.viewer import AdministratorAt, Viewer

# Fewer letters would list half the school; they fit nobody.
LETTERS_MIN = 2


def open_people(*, by: Viewer, kind: str = "", page: int = 1, words: str = "") -> PeopleList:
    """A page of the school's people. Two queries. Raises NotAllowed. What was searched for is on no trail."""
    with transaction.atomic():
        shown = people_list(viewer=by, today=timezone.localdate(), kind=kind, page=page, words=words)
        _record(by, "people.listed", "school", by.school_id, {"count": len(shown.lines), "kind": shown.kind})
    return shown


def open_person(*, by: Viewer, person_id: UUID) -> PersonPage:
    """Somebody of the school whole. Five queries. Raises NotAllowed, Person.DoesNotExist."""
    with transaction.atomic():
        shown = person_page(viewer=by, person_id=person_id, today=timezone.localdate())
        _record(by, "people.opened", "person", person_id)
    return shown


def open_name(*, by: Viewer, person_id: UUID) -> str:
    """Somebody's name, for a form about them. Two queries. Raises NotAllowed, Person.DoesNotExist."""
    with transaction.atomic():
        name = name_of(viewer=by, person_id=person_id)
        _record(by, "people.page_opened", "person", person_id)
    return name


def open_role(*, by: Viewer, membership_id: UUID) -> RoleOf:
    """Whose membership it is, for the form that ends it. Two queries. Raises NotAllowed, Membership.DoesNotExist."""
    with transaction.atomic():
        term = role_term(viewer=by, membership_id=membership_id)
        _record(by, "people.page_opened", "person", term.person_id)
    return term


def open_pair(*, by: Viewer, guardian_row_id: UUID) -> Pair:
    """A child and a parent, for the form that ends it. Two queries. Raises NotAllowed, Guardian.DoesNotExist."""
    with transaction.atomic():
        pair = guardian_term(viewer=by, guardian_row_id=guardian_row_id)
        _record(by, "people.page_opened", "person", pair.child_id)
    return pair


def search_managed(*, by: Viewer, words: str) -> tuple[PersonFound, ...]:
    """Whom of the lists these words fit; too few letters fit nobody. Two queries. The words are on no trail.

    The caller has asked whether this viewer may.
    """
    with transaction.atomic():
        found = find_managed(viewer=by, words=_enough(words))
        _record(by, "people.searched", "person", None, {"found": len(found)})
    return found


def search_appointable(*, by: Viewer, words: str) -> tuple[PersonFound, ...]:
    """The same among staff and governors, for whoever gives posts. Two queries."""
    with transaction.atomic():
        found = find_appointable(viewer=by, words=_enough(words))
        _record(by, "people.searched", "person", None, {"found": len(found)})
    return found


def open_posts(*, by: Viewer) -> PostsPage:
    """Every post of the school, now and before. Four queries. Raises NotAllowed."""
    with transaction.atomic():
        shown = posts_page(viewer=by, today=timezone.localdate())
        _record(by, "posts.listed", "school", by.school_id)
    return shown


def open_current_terms(*, by: Viewer) -> tuple[Term, ...]:
    """Who holds a post today, for the form that gives one. Two queries. Raises NotAllowed."""
    with transaction.atomic():
        terms = current_terms(viewer=by, today=timezone.localdate())
        _record(by, "posts.listed", "school", by.school_id)
    return terms


def open_term(*, by: Viewer, post_id: UUID) -> Term:
    """Whose time in a post it is, for the form that ends it. Two queries. Raises NotAllowed, Post.DoesNotExist."""
    with transaction.atomic():
        term = term_of(viewer=by, post_id=post_id)
        _record(by, "post.opened", "post", post_id)
    return term


def open_officer(*, by: Viewer) -> OfficerPage:
    """The address that reports go to, and who asked for another one. Three queries. Raises NotAllowed."""
    with transaction.atomic():
        shown = officer_page(viewer=by, now=timezone.now())
        _record(by, "officer.opened", "school", by.school_id)
    return shown


def open_served_school(*, by: AdministratorAt) -> ServedSchool:
    """One school as its service sees it, on the trail of that school. Thirteen queries at most.

    Raises NotAllowed, School.DoesNotExist.
    """
    with at_school_of(by):
        shown = served_school(by=by, now=timezone.now())
        _record(by, "school.opened", "school", by.school_id)
    return shown


def open_appointment(*, by: Viewer | AdministratorAt, appointment_id: UUID) -> Waiting:
    """What one person asked for, for the one who is to decide. Three queries, six for an administrator.

    Raises NotAllowed, Appointment.DoesNotExist.
    """
    with at_school_of(by):
        shown = appointment(viewer=by, appointment_id=appointment_id)
        _record(by, "appointment.opened", "appointment", appointment_id)
    return shown


def _enough(words: str) -> str:
    # It is on record all the same that somebody asked.
    return words if len(words) >= LETTERS_MIN else ""


def _record(
    by: Viewer | AdministratorAt,
    action: str,
    object_type: str,
    object_id: UUID | None,
    detail: dict[str, str | int] | None = None,
) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
    )
