"""Posts that take two people: one asks, another agrees, and neither of them is the one it is about. Threat T4."""

from datetime import date
from uuid import UUID

from django.utils import timezone

from audit import services as audit
from schools.changes import people_changed
from schools.models import Appointment, Membership, Person, Post, User, in_force
from schools.notices import notify
from schools.roles import TWO_PERSON_POSTS, Permission, Role
from schools.rules.posts import Decision, Kind, is_fit
from schools.selectors.posts import Appointer, SecondPerson, administrators, appointers, may_take_part
from schools.services.places import at_school_of
from schools.services.posts import HoldsIt, NotFit, end_row, end_term, put_in_post
from schools.services.problems import (
    DecidedAlready,
    EndedAlready,
    EndsTooEarly,
    NotAlone,
    NotForYourself,
    NotPossible,
    RequesterGone,
)
from schools.services.renewing import begin_anew, must_be_ours_alone
from schools.viewer import Administrator, AdministratorAt, NotAllowed


class NoLogIn(NotPossible):
    """Somebody without a log-in is to be given one of the posts that a log-in goes with."""

    def __init__(self) -> None:
        super().__init__(
            "This person has no log-in. Give them one first, so that the second person sees whose address it is."
        )


class AskedAlready(NotPossible):
    """The same waits for a second person already."""

    def __init__(self) -> None:
        super().__init__("The same was asked for already and waits for a second person.")


class NobodyKnown(NotPossible):
    """No member of the school logs in with this address; for administrators, who know log-ins alone."""

    def __init__(self) -> None:
        super().__init__("No member of this school logs in with this address. Add them as a member first.")


def ask_to_appoint(
    *, by: Appointer, person_id: UUID, post: Role, starts_on: date, ends_id: UUID | None = None
) -> Appointment:
    """Ask that somebody be given a post that takes two people; nothing changes until another one agrees.

    ``ends_id``: the term of a predecessor that ends with it. Whoever could agree is told by mail. Duty D1 (CM 3.2).
    Ten queries and four for each mail. Raises NotAllowed, NotForYourself, NoLogIn, HoldsIt, NotFit, AskedAlready,
    Person.DoesNotExist, Post.DoesNotExist, ValueError for a post that one person gives.
    """
    if post not in TWO_PERSON_POSTS:
        raise ValueError("This post is given by one person.")
    by.must(Permission.APPOINT)
    with at_school_of(by):
        person = Person.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=person_id)
        others = _must_take_part(by, person)
        if person.user_id is None:
            raise NoLogIn
        mine = {"school_id": by.school_id, "person": person}
        if Post.objects.filter(**mine, post=post.value).exclude(ends_on__lt=starts_on).exists():
            raise HoldsIt
        members = Membership.objects.filter(in_force(starts_on), **mine).values_list("role", flat=True)
        if not is_fit(post, frozenset(map(Role, members))):
            raise NotFit(post)
        if ends_id is not None:
            Post.objects.get(school_id=by.school_id, pk=ends_id, post=post.value)
        return _ask(by, others, person, Kind.GIVE, post, starts_on, ends_id)


def ask_to_appoint_by_log_in(*, by: AdministratorAt, email: str, post: Role, starts_on: date) -> Appointment:
    """The same for service administrators, who know log-ins and never names. Duty L1 (CM 3.1).

    One query more. Raises what ``ask_to_appoint`` raises, and NobodyKnown.
    """
    by.must(Permission.APPOINT)
    with at_school_of(by):
        people = Person.objects.filter(school_id=by.school_id, user__email=email.strip().lower())
        person_id = people.values_list("pk", flat=True).first()
        if person_id is None:
            raise NobodyKnown
        return ask_to_appoint(by=by, person_id=person_id, post=post, starts_on=starts_on)


def ask_to_end(*, by: Appointer, post_id: UUID, last_day: date) -> Appointment:
    """Ask that a post that takes two people be ended: nobody ends the chair's, or any such post, alone.

    Duty D1 (CM 3.2). Seven queries and four for each mail. Raises NotAllowed, NotForYourself, AskedAlready,
    EndedAlready, EndsTooEarly, Post.DoesNotExist, ValueError for a post that one person ends.
    """
    by.must(Permission.APPOINT)
    with at_school_of(by):
        row = (
            Post.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person")
            .get(school_id=by.school_id, pk=post_id)
        )
        if Role(row.post) not in TWO_PERSON_POSTS:
            raise ValueError("This post is ended by one person.")
        others = _must_take_part(by, row.person)
        if row.ends_on is not None and row.ends_on < timezone.localdate():
            raise EndedAlready
        if last_day < row.starts_on:
            raise EndsTooEarly
        return _ask(by, others, row.person, Kind.END, Role(row.post), last_day, row.pk)


def ask_to_renew(*, by: Appointer, post_id: UUID) -> Appointment:
    """Ask that the log-in of whoever holds such a post begin anew, as after a lost phone. Duty D1 (CM 3.2), T4.

    Whoever did it alone and read the holder's mail could log in as them. Nine queries and four for each mail. Raises
    NotAllowed, NotForYourself, NoLogIn, AskedAlready, EndedAlready, renewing.NotOursAlone, Post.DoesNotExist,
    ValueError for a post that one person gives.
    """
    by.must(Permission.APPOINT)
    today = timezone.localdate()
    with at_school_of(by):
        row = (
            Post.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person__user")
            .get(school_id=by.school_id, pk=post_id)
        )
        if Role(row.post) not in TWO_PERSON_POSTS:
            raise ValueError("The log-in of its holder begins anew by one person.")
        others = _must_take_part(by, row.person)
        if row.ends_on is not None and row.ends_on < today:
            raise EndedAlready
        if row.person.user_id is None:
            raise NoLogIn
        must_be_ours_alone(row.person, today)
        return _ask(by, others, row.person, Kind.RENEW, Role(row.post), today, None)


def confirm_appointment(*, by: Appointer, appointment_id: UUID) -> Appointment:
    """Agree, as the second person, to what somebody else has asked for; it is done in the same transaction.

    A first day that has passed meanwhile becomes today. Duty D1 (CM 3.2), threat T4. Sixteen queries at most. Raises
    NotAllowed, NotForYourself for what one asked for or what is about oneself, DecidedAlready, RequesterGone, HoldsIt,
    NotFit, EndedAlready, renewing.NotOursAlone, Appointment.DoesNotExist.
    """
    by.must(Permission.APPOINT)
    now = timezone.now()
    today = timezone.localdate(now)
    with at_school_of(by):
        row = _of(by, appointment_id)
        others = _must_take_part(by, row.person)
        if row.requested_by_id == by.user_id or row.person_user_id == by.user_id:
            raise NotForYourself
        _must_wait(row)
        if row.kind != Kind.END and row.person.user_id is None:
            raise NoLogIn
        # The log-in the second person was shown must be the one that gets the post.
        if row.person.user_id != row.person_user_id or not _may_still_ask(row, others):
            raise RequesterGone
        changed = _carry_out(row, today, by.user_id)
        _decide(row, Decision.CONFIRMED, by, "appointment.confirmed")
        people_changed(row.school_id, changed, today)
    return row


def refuse_appointment(*, by: Appointer, appointment_id: UUID) -> Appointment:
    """Refuse, as the second person, what somebody else has asked for. Duty D1 (CM 3.2).

    Six queries. Raises NotAllowed, NotForYourself, DecidedAlready, Appointment.DoesNotExist.
    """
    by.must(Permission.APPOINT)
    with at_school_of(by):
        row = _of(by, appointment_id)
        _must_take_part(by, row.person)
        if row.requested_by_id == by.user_id:
            raise NotForYourself
        _must_wait(row)
        return _decide(row, Decision.REFUSED, by, "appointment.refused")


def withdraw_appointment(*, by: Appointer, appointment_id: UUID) -> Appointment:
    """Take back what one has asked for oneself. Five queries. Raises NotAllowed, DecidedAlready,
    Appointment.DoesNotExist."""
    by.must(Permission.APPOINT)
    with at_school_of(by):
        row = _of(by, appointment_id)
        if row.requested_by_id != by.user_id:
            raise NotAllowed
        _must_wait(row)
        return _decide(row, Decision.WITHDRAWN, by, "appointment.withdrawn")


def _must_take_part(by: Appointer, person: Person) -> tuple[SecondPerson, ...]:
    """Who else could. Raises NotForYourself, NotAlone."""
    if person.user_id == by.user_id or (not isinstance(by, Administrator) and person.pk == by.person_id):
        raise NotForYourself
    others = appointers(school_id=by.school_id, today=timezone.localdate())
    if not may_take_part(by=by, others=others, about=person.pk):
        raise NotAlone
    return others


def _of(by: Appointer, appointment_id: UUID) -> Appointment:
    here = Appointment.objects.filter(school_id=by.school_id, pk=appointment_id)
    # The person first, as in ``leave``: otherwise somebody could leave and be given a post at the same moment.
    list(Person.objects.select_for_update(no_key=True).only("pk").filter(pk__in=here.values("person")))
    return here.select_for_update(of=("self",), no_key=True).select_related("person", "requested_by").get()


def _must_wait(row: Appointment) -> None:
    if row.state != Decision.WAITING:
        raise DecidedAlready


def _may_still_ask(row: Appointment, others: tuple[SecondPerson, ...]) -> bool:
    asked = row.requested_by
    if any(each.user_id == asked.pk for each in others):
        return True
    at_work = AdministratorAt(asked.pk, asked.email, row.school_id)
    return asked.is_staff and asked.is_active and may_take_part(by=at_work, others=others, about=row.person_id)


def _ask(
    by: Appointer,
    others: tuple[SecondPerson, ...],
    person: Person,
    kind: Kind,
    post: Role,
    day: date,
    ends_id: UUID | None,
) -> Appointment:
    waiting = {"school_id": by.school_id, "person": person, "post": post.value, "state": Decision.WAITING.value}
    if Appointment.objects.filter(**waiting).exists():
        raise AskedAlready
    row = Appointment.objects.create(
        **waiting,
        kind=kind.value,
        person_user_id=person.user_id,
        day=day,
        ends_id=ends_id,
        requested_by_id=by.user_id,
        requested_at=timezone.now(),
    )
    audit.record(
        "appointment.asked",
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="appointment",
        object_id=row.pk,
        detail={"kind": kind.value, "post": post.value},
    )
    _tell_who_could_agree(by, others, row)
    return row


def _tell_who_could_agree(by: Appointer, others: tuple[SecondPerson, ...], row: Appointment) -> None:
    """The people of the school who could, or, where there is nobody, the other administrators."""
    known = {each.email for each in others if each.user_id != by.user_id and each.person_id != row.person_id}
    at = "school" if known else "service"
    for email in sorted(known or {each.email for each in _other_administrators(by, row)}):
        notify(
            "appointment_waiting", school_id=row.school_id, to=email, object_id=row.pk,
            params={"what": "post", "at": at}, by=by.user_id,
        )  # fmt: skip


def _other_administrators(by: Appointer, row: Appointment) -> list[User]:
    return [each for each in administrators() if each.pk not in {by.user_id, row.person_user_id}]


def _carry_out(row: Appointment, today: date, by: UUID) -> set[UUID]:
    """Do what was asked for. Returns whose standing has changed."""
    if row.kind == Kind.RENEW:
        begin_anew(row.person, by=by, today=today)
        return {row.person_id}
    if row.kind == Kind.END:
        assert row.ends_id is not None
        held = Post.objects.select_for_update(no_key=True).get(school_id=row.school_id, pk=row.ends_id)
        end_row(held, row.day, today)
        return {row.person_id}
    starts_on = max(row.day, today)
    put_in_post(row.person, Role(row.post), starts_on)
    changed = {row.person_id}
    if row.ends_id is not None:
        ended = end_term(school_id=row.school_id, post_id=row.ends_id, post=Role(row.post), before=starts_on)
        changed.add(ended.person_id)
    return changed


def _decide(row: Appointment, decision: Decision, by: Appointer, action: str) -> Appointment:
    row.state, row.decided_by_id, row.decided_at = decision.value, by.user_id, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        action,
        school_id=row.school_id,
        actor_id=by.user_id,
        object_type="appointment",
        object_id=row.pk,
        detail={"kind": row.kind, "post": row.post},
    )
    return row
