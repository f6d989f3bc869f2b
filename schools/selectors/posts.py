"""Posts: who holds them, who held them, who may give them, and what waits for a second person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from schools.models import Appointment, Membership, Person, Post, User, in_force
from schools.roles import GRANTS, POSTS, ROLE_NAMES, TWO_PERSON_POSTS, Permission, Role
from schools.rules.posts import Decision, Kind, helps_itself
from schools.viewer import Administrator, AdministratorAt, Viewer

Appointer = Viewer | AdministratorAt
# Posts whose holders appoint.
_APPOINTING = tuple(role.value for role in POSTS if role in GRANTS[Permission.APPOINT])


@dataclass(frozen=True, slots=True)
class Term:
    """That somebody holds or held a post."""

    post_id: UUID
    post: Role
    person_id: UUID
    name: str
    starts_on: date
    ends_on: date | None
    is_mine: bool

    @property
    def post_name(self) -> str:
        """The post in words."""
        return ROLE_NAMES[self.post]

    @property
    def takes_two(self) -> bool:
        """Whether it takes two people to end it."""
        return self.post in TWO_PERSON_POSTS


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post with those who hold it now, and those who held it or will."""

    post: Role
    now: tuple[Term, ...]
    others: tuple[Term, ...]

    @property
    def name(self) -> str:
        """The post in words."""
        return ROLE_NAMES[self.post]

    @property
    def takes_two(self) -> bool:
        """Whether it takes two people to give it."""
        return self.post in TWO_PERSON_POSTS


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that one person asked for and another is to decide.

    ``may_decide``: this viewer is the second person. ``may_withdraw``: this viewer asked for it.
    """

    appointment_id: UUID
    kind: Kind
    post: Role
    name: str
    login: str
    day: date
    ends_name: str
    requested_by: str
    requested_at: datetime
    may_decide: bool
    may_withdraw: bool
    state: Decision = Decision.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def post_name(self) -> str:
        """The post in words."""
        return ROLE_NAMES[self.post]

    @property
    def is_renewal(self) -> bool:
        """Whether the log-in of whoever holds the post is to begin anew."""
        return self.kind == Kind.RENEW

    @property
    def is_end(self) -> bool:
        """Whether a post is to be ended."""
        return self.kind == Kind.END


@dataclass(frozen=True, slots=True)
class PostsPage:
    """Every post of the school, and what waits for a second person."""

    lines: tuple[PostLine, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Somebody of a school who may ask for an appointment or agree to one."""

    user_id: UUID
    person_id: UUID
    email: str


def appointers(*, school_id: UUID, today: date) -> tuple[SecondPerson, ...]:
    """Who may ask and agree at a school on a day: those who can log in and still belong to it. One query."""
    members = Membership.objects.filter(in_force(today), person=OuterRef("pk"))
    posts = Post.objects.filter(in_force(today), person=OuterRef("pk"), post__in=_APPOINTING)
    people = Person.objects.filter(Exists(members), Exists(posts), school_id=school_id, user__is_active=True)
    rows = people.order_by("pk").values_list("user_id", "pk", "user__email")
    return tuple(SecondPerson(*row) for row in rows)


def may_take_part(*, by: Appointer, others: Iterable[SecondPerson], about: UUID) -> bool:
    """Whether ``by`` may ask for, or agree to, an appointment about this person. ``others``: see ``appointers``.

    Service administrators only where the school has not two people besides the one concerned. No query.
    """
    if not by.may(Permission.APPOINT):
        return False
    if isinstance(by, Administrator):
        return not helps_itself(sum(1 for each in others if each.person_id != about))
    return by.person_id != about


def log_ins_of(*, school_id: UUID, post: Role, today: date) -> tuple[str, ...]:
    """The addresses by which those who hold a post today log in. One query. Duty L1 (CM 3.1)."""
    holding = Post.objects.filter(in_force(today), school_id=school_id, post=post.value, person__user__is_active=True)
    return tuple(holding.order_by("starts_on").values_list("person__user__email", flat=True).distinct())


def posts_held(*, school_id: UUID, today: date, but_by: QuerySet[Any]) -> frozenset[str]:
    """The posts that somebody holds today who is not among ``but_by``, the ids of people. One query."""
    held = Post.objects.filter(in_force(today), school_id=school_id).exclude(person__in=but_by)
    return frozenset(held.values_list("post", flat=True).distinct())


def posts_page(*, viewer: Viewer, today: date) -> PostsPage:
    """Every post of the viewer's school, now and before. Three queries. Raises NotAllowed."""
    viewer.must(Permission.APPOINT)
    rows = Post.objects.filter(school_id=viewer.school_id).select_related("person").order_by("-starts_on", "pk")
    terms = [_term(row, viewer) for row in rows]
    return PostsPage(
        tuple(
            PostLine(
                post,
                tuple(each for each in terms if each.post == post and _is_in_force(each, today)),
                tuple(each for each in terms if each.post == post and not _is_in_force(each, today)),
            )
            for post in POSTS
        ),
        appointments_waiting(viewer),
    )


def term_of(*, viewer: Viewer, post_id: UUID) -> Term:
    """One term of a post in the viewer's school. One query. Raises NotAllowed, Post.DoesNotExist."""
    viewer.must(Permission.APPOINT)
    return _term(Post.objects.select_related("person").get(school_id=viewer.school_id, pk=post_id), viewer)


def _term(row: Post, viewer: Viewer) -> Term:
    return Term(
        row.pk,
        Role(row.post),
        row.person_id,
        row.person.full_name,
        row.starts_on,
        row.ends_on,
        row.person_id == viewer.person_id,
    )


def _is_in_force(term: Term, today: date) -> bool:
    return term.starts_on <= today and (term.ends_on is None or term.ends_on >= today)


def current_terms(*, viewer: Viewer, today: date) -> tuple[Term, ...]:
    """The terms of posts that run today in the viewer's school. One query. Raises NotAllowed."""
    viewer.must(Permission.APPOINT)
    rows = Post.objects.filter(in_force(today), school_id=viewer.school_id).select_related("person")
    return tuple(_term(row, viewer) for row in rows.order_by("post", "person__family_name", "pk"))


def appointments_waiting(viewer: Appointer) -> tuple[Waiting, ...]:
    """What was asked for in the viewer's school and is not decided, oldest first, for whoever may appoint.

    Two queries; none for whoever may not. For the first page: those with ``may_decide`` wait for this very person.
    """
    if not viewer.may(Permission.APPOINT):
        return ()
    rows = list(_appointments(viewer).filter(state=Decision.WAITING.value).order_by("requested_at", "pk"))
    others = appointers(school_id=viewer.school_id, today=timezone.localdate()) if rows else ()
    return tuple(_waiting(row, viewer, others) for row in rows if _concerns(row, viewer, others))


def appointment(*, viewer: Appointer, appointment_id: UUID) -> Waiting:
    """One appointment, whatever became of it. Two queries. Raises NotAllowed, Appointment.DoesNotExist."""
    viewer.must(Permission.APPOINT)
    row = _appointments(viewer).get(pk=appointment_id)
    others = appointers(school_id=viewer.school_id, today=timezone.localdate())
    if not _concerns(row, viewer, others):
        raise Appointment.DoesNotExist
    return _waiting(row, viewer, others)


def _appointments(viewer: Appointer) -> QuerySet[Appointment]:
    def name_of(user: str) -> Subquery:
        here = Person.objects.filter(school=OuterRef("school"), user=OuterRef(user))
        return Subquery(here.values_list(Concat("given_name", Value(" "), "family_name"))[:1])

    rows = Appointment.objects.filter(school_id=viewer.school_id)
    rows = rows.annotate(requester=name_of("requested_by"), decider=name_of("decided_by"))
    return rows.select_related("person", "person_user", "ends__person", "requested_by", "decided_by")


def _concerns(row: Appointment, viewer: Appointer, others: Iterable[SecondPerson]) -> bool:
    """Of a school administrators see nothing but what they asked for themselves, or what they are needed for."""
    if isinstance(viewer, Viewer) or row.requested_by.is_staff:
        return True
    return row.state == Decision.WAITING and may_take_part(by=viewer, others=others, about=row.person_id)


def _waiting(row: Appointment, viewer: Appointer, others: Iterable[SecondPerson]) -> Waiting:
    waits = row.state == Decision.WAITING
    mine = row.requested_by_id == viewer.user_id
    own = row.person_user_id == viewer.user_id
    return Waiting(
        appointment_id=row.pk,
        kind=Kind(row.kind),
        post=Role(row.post),
        # Administrators know log-ins, never names.
        name=row.person.full_name if isinstance(viewer, Viewer) else "",
        login=row.person_user.email if row.person_user else "",
        day=row.day,
        ends_name=row.ends.person.full_name if isinstance(viewer, Viewer) and row.ends else "",
        requested_by=_who(row.requested_by, getattr(row, "requester", None), viewer),
        requested_at=row.requested_at,
        may_decide=waits and not mine and not own and may_take_part(by=viewer, others=others, about=row.person_id),
        may_withdraw=waits and mine,
        state=Decision(row.state),
        decided_by=_who(row.decided_by, getattr(row, "decider", None), viewer) if row.decided_by else "",
        decided_at=row.decided_at,
    )


def _who(user: User, name: str | None, viewer: Appointer) -> str:
    if isinstance(viewer, Administrator):
        return user.email if user.is_staff else "somebody of the school"
    return name or "a service administrator"


def administrators() -> list[User]:
    """The service administrators who can log in. One query."""
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("email"))
