"""The address that reports go to: which one is in force, and what is under way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from schools.models import OfficerChange, Person, School
from schools.roles import Permission
from schools.rules.officer import WRONG_CODES_MAX, ChangeState
from schools.viewer import NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change of the address. What this viewer may do next: type the code, agree, cancel."""

    change_id: UUID
    old_email: str
    new_email: str
    requested_by: str
    requested_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    takes_effect_at: datetime | None
    settled_at: datetime | None
    state: ChangeState
    code_is_given: bool
    tries_left: int
    may_confirm: bool

    @property
    def is_waiting(self) -> bool:
        """Whether a second person, or the code, is still missing."""
        return self.state == ChangeState.WAITING

    @property
    def is_under_way(self) -> bool:
        """Whether it can still be cancelled."""
        return self.state in {ChangeState.WAITING, ChangeState.CONFIRMED}


@dataclass(frozen=True, slots=True)
class OfficerPage:
    """The address in force, the change under way, if any, and those of before."""

    email: str
    name: str
    authority_name: str
    under_way: ChangeShown | None
    before: tuple[ChangeShown, ...]
    may_ask: bool


def officer_address(*, school_id: UUID, now: datetime) -> str:
    """The address that reports go to at a moment: a confirmed change counts from the moment it takes effect, also
    when nobody has written it down yet. Duty R2, threat T19. One query. Raises School.DoesNotExist.
    """
    due = due_changes(school_id=school_id, now=now).values("new_email")[:1]
    address = Coalesce(Subquery(due), "officer_email", output_field=CharField())
    found: str = School.objects.filter(pk=school_id).values_list(address, flat=True).get()
    return found


def due_changes(*, school_id: UUID, now: datetime) -> QuerySet[OfficerChange]:
    """Confirmed changes of a school whose time has come and that are not carried out yet."""
    rows = OfficerChange.objects.filter(school_id=school_id, state=ChangeState.CONFIRMED.value)
    return rows.filter(takes_effect_at__lte=now).order_by("-takes_effect_at")


def officer_page(*, viewer: Viewer, now: datetime) -> OfficerPage:
    """The officer's page of the viewer's school. Two queries. Raises NotAllowed."""
    may_ask = viewer.may(Permission.MANAGE_SCHOOL)
    if not (may_ask or viewer.may(Permission.CONFIRM_OFFICER)):
        raise NotAllowed
    school = School.objects.defer("officer_passphrase_sealed").get(pk=viewer.school_id)
    shown = [_shown(row, viewer) for row in _changes(viewer)]
    under_way = next((each for each in shown if each.is_under_way), None)
    is_due = under_way is not None and under_way.takes_effect_at is not None and under_way.takes_effect_at <= now
    email = under_way.new_email if under_way and is_due else school.officer_email
    return OfficerPage(
        email=email,
        name=school.officer_name,
        authority_name=school.authority_name,
        under_way=None if is_due else under_way,
        before=tuple(each for each in shown if each is not under_way)[:20],
        may_ask=may_ask,
    )


def officer_change_waits(viewer: Viewer) -> bool:
    """Whether a change of the address waits for this very viewer to agree. One query, none for whoever may not."""
    if not viewer.may(Permission.CONFIRM_OFFICER):
        return False
    rows = OfficerChange.objects.filter(school_id=viewer.school_id, state=ChangeState.WAITING.value)
    return rows.exclude(requested_by=viewer.user_id).exists()


def _changes(viewer: Viewer) -> QuerySet[OfficerChange]:
    def name_of(user: str) -> Subquery:
        here = Person.objects.filter(school=OuterRef("school"), user=OuterRef(user))
        return Subquery(here.values_list(Concat("given_name", Value(" "), "family_name"))[:1])

    rows = OfficerChange.objects.filter(school_id=viewer.school_id).order_by("-requested_at", "pk")
    return rows.annotate(requester=name_of("requested_by"), confirmer=name_of("confirmed_by"))


def _shown(row: OfficerChange, viewer: Viewer) -> ChangeShown:
    waits = row.state == ChangeState.WAITING
    return ChangeShown(
        change_id=row.pk,
        old_email=row.old_email,
        new_email=row.new_email,
        requested_by=getattr(row, "requester", None) or "somebody who has left",
        requested_at=row.requested_at,
        confirmed_by=getattr(row, "confirmer", None) or "",
        confirmed_at=row.confirmed_at,
        takes_effect_at=row.takes_effect_at,
        settled_at=row.settled_at,
        state=ChangeState(row.state),
        code_is_given=row.code_given_at is not None,
        tries_left=max(WRONG_CODES_MAX - row.wrong_codes, 0),
        may_confirm=waits and row.requested_by_id != viewer.user_id and viewer.may(Permission.CONFIRM_OFFICER),
    )
