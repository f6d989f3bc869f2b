"""A new address for the reports: two people, a code that goes to it, and a day for whoever reads the old one. T19."""

import hmac
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from audit import services as audit
from schools.addresses import safe_address
from schools.models import Membership, OfficerChange, Post, School, in_force
from schools.notices import notify
from schools.roles import GRANTS, Permission
from schools.rules.officer import (
    CODE_LASTS,
    WRONG_CODES_MAX,
    ChangeState,
    code_of,
    hash_of,
    takes_effect_at,
    tidy_code,
)
from schools.selectors import viewer_for
from schools.selectors.officer import due_changes
from schools.services.problems import DecidedAlready, NotForYourself, NotPossible, RequesterGone
from schools.viewer import NotAllowed, Viewer
from schools.wall import in_school


class SameAddress(NotPossible):
    """The address is the one in force."""

    def __init__(self) -> None:
        super().__init__("Reports go to this address already.")


class UnderWay(NotPossible):
    """There is one change at a time."""

    def __init__(self) -> None:
        super().__init__("Another change is under way. Wait for it, or cancel it first.")


class WrongCode(NotPossible):
    """The code is not the one that went to the new address."""

    def __init__(self, tries_left: int) -> None:
        if tries_left:
            super().__init__(f"This is not the code. {tries_left} more {'try' if tries_left == 1 else 'tries'}.")
        else:
            super().__init__("This was not the code, five times. The change is cancelled; ask for it anew.")


class CodeTooOld(NotPossible):
    """Nobody typed the code in time."""

    def __init__(self) -> None:
        super().__init__("The code is more than seven days old. Cancel this change and ask for it anew.")


class CodeMissing(NotPossible):
    """Nobody has shown yet that somebody reads the new address."""

    def __init__(self) -> None:
        super().__init__("Type the code first that was sent to the new address.")


def code_key() -> bytes:
    """What codes are worked out with: it comes from SECRET_KEY, so that a code lies nowhere."""
    return salted_hmac("schools.officer-code", "key", algorithm="sha256").digest()


def ask_officer_change(*, by: Viewer, new_email: str) -> OfficerChange:
    """Ask that reports go to this address; a code is sent there, and whoever can agree is told. Duty R2, threat T19.

    Nothing changes yet. Seven queries and four for each mail. Raises NotAllowed, schools.addresses.UnsafeAddress,
    SameAddress, UnderWay.
    """
    by.must(Permission.MANAGE_SCHOOL)
    address = safe_address(new_email)
    with transaction.atomic():
        school = School.objects.select_for_update(no_key=True).get(pk=by.school_id)
        if address == school.officer_email:
            raise SameAddress
        under_way = [ChangeState.WAITING.value, ChangeState.CONFIRMED.value]
        if OfficerChange.objects.filter(school=school, state__in=under_way).exists():
            raise UnderWay
        row = OfficerChange(
            school=school,
            old_email=school.officer_email,
            new_email=address,
            requested_by_id=by.user_id,
            requested_at=timezone.now(),
        )
        row.code_hash = hash_of(code_of(row.pk, key=code_key()), key=code_key())
        row.save(force_insert=True)
        _record("officer.change_asked", row, by.user_id)
        notify("officer_code", school_id=school.pk, to=address, object_id=row.pk, by=by.user_id)
        for email in _who_could_agree(by, timezone.localdate()):
            notify(
                "appointment_waiting", school_id=school.pk, to=email, object_id=row.pk,
                params={"what": "officer"}, by=by.user_id,
            )  # fmt: skip
    return row


def give_code(*, by: Viewer, change_id: UUID, code: str) -> None:
    """Type the code that somebody at the new address has read out. Threat T19.

    Five wrong ones cancel the change, and each of them stays counted. Four queries. Raises NotAllowed, DecidedAlready,
    CodeTooOld, WrongCode, OfficerChange.DoesNotExist.
    """
    _must_take_part(by)
    now = timezone.now()
    wrong: WrongCode | None = None
    with transaction.atomic():
        row = _waiting(by, change_id)
        if now >= row.requested_at + CODE_LASTS:
            raise CodeTooOld
        if hmac.compare_digest(hash_of(tidy_code(code), key=code_key()), row.code_hash):
            row.code_given_at = now
            row.save(update_fields=["code_given_at"])
            _record("officer.code_given", row, by.user_id)
        else:
            row.wrong_codes += 1
            wrong = WrongCode(WRONG_CODES_MAX - row.wrong_codes)
            if row.wrong_codes >= WRONG_CODES_MAX:
                row.state, row.settled_by_id, row.settled_at = ChangeState.CANCELLED.value, by.user_id, now
            row.save(update_fields=["wrong_codes", "state", "settled_by", "settled_at"])
            _record("officer.code_wrong", row, by.user_id)
    if wrong is not None:
        raise wrong


def confirm_officer_change(*, by: Viewer, change_id: UUID) -> OfficerChange:
    """Agree, as the second person. It takes effect a day later, and the old address is told at once; where there was
    none before, it takes effect now. Duty R2, threat T19.

    Ten queries at most. Raises NotAllowed, NotForYourself, CodeMissing, RequesterGone, DecidedAlready,
    OfficerChange.DoesNotExist.
    """
    by.must(Permission.CONFIRM_OFFICER)
    now = timezone.now()
    with transaction.atomic():
        row = _waiting(by, change_id)
        if row.requested_by_id == by.user_id:
            raise NotForYourself
        if row.code_given_at is None:
            raise CodeMissing
        if not _may_still_ask(row, timezone.localdate(now)):
            raise RequesterGone
        row.state, row.confirmed_by_id, row.confirmed_at = ChangeState.CONFIRMED.value, by.user_id, now
        row.takes_effect_at = takes_effect_at(now, old_email=row.old_email)
        row.save(update_fields=["state", "confirmed_by", "confirmed_at", "takes_effect_at"])
        _record("officer.change_confirmed", row, by.user_id)
        if row.old_email:
            notify("officer_change", school_id=row.school_id, to=row.old_email, object_id=row.pk, by=by.user_id)
        else:
            _apply(row, now, actor_id=by.user_id)
    return row


def cancel_officer_change(*, by: Viewer, change_id: UUID) -> None:
    """Leave the address as it is: any of those who could agree may, and needs nobody for it. Threat T19.

    Three queries. Raises NotAllowed, DecidedAlready, OfficerChange.DoesNotExist.
    """
    _must_take_part(by)
    with transaction.atomic():
        row = OfficerChange.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=change_id)
        now = timezone.now()
        is_due = row.takes_effect_at is not None and row.takes_effect_at <= now
        if row.state not in {ChangeState.WAITING, ChangeState.CONFIRMED} or is_due:
            raise DecidedAlready
        row.state, row.settled_by_id, row.settled_at = ChangeState.CANCELLED.value, by.user_id, now
        row.save(update_fields=["state", "settled_by", "settled_at"])
        _record("officer.change_cancelled", row, by.user_id)


def apply_officer_changes(*, school_id: UUID, now: datetime) -> int:
    """Write down the confirmed changes of a school whose time has come; the worker asks for it. Duty R2, threat T19.

    Four queries, and three for each change. Returns how many.
    """
    with in_school(school_id):
        rows = list(due_changes(school_id=school_id, now=now).select_for_update(no_key=True))
        for row in rows:
            _apply(row, now, actor_id=None)
        return len(rows)


def _apply(row: OfficerChange, now: datetime, *, actor_id: UUID | None) -> None:
    School.objects.filter(pk=row.school_id).update(officer_email=row.new_email)
    row.state, row.settled_at = ChangeState.IN_FORCE.value, now
    row.save(update_fields=["state", "settled_at"])
    _record("officer.changed", row, actor_id)


def _must_take_part(by: Viewer) -> None:
    if not (by.may(Permission.MANAGE_SCHOOL) or by.may(Permission.CONFIRM_OFFICER)):
        raise NotAllowed


def _waiting(by: Viewer, change_id: UUID) -> OfficerChange:
    row = OfficerChange.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=change_id)
    if row.state != ChangeState.WAITING:
        raise DecidedAlready
    return row


def _may_still_ask(row: OfficerChange, today: date) -> bool:
    asked = viewer_for(user_id=row.requested_by_id, today=today, school_id=row.school_id)
    return asked is not None and asked.school_id == row.school_id and asked.may(Permission.MANAGE_SCHOOL)


def _who_could_agree(by: Viewer, today: date) -> list[str]:
    posts = [role.value for role in GRANTS[Permission.CONFIRM_OFFICER]]
    members = Membership.objects.filter(in_force(today), school_id=by.school_id).values("person")
    held = Post.objects.filter(in_force(today), school_id=by.school_id, post__in=posts, person__in=members)
    users = held.filter(person__user__is_active=True).exclude(person__user=by.user_id)
    return sorted(set(users.values_list("person__user__email", flat=True)))


def _record(action: str, row: OfficerChange, actor_id: UUID | None) -> None:
    audit.record(action, school_id=row.school_id, actor_id=actor_id, object_type="officer_change", object_id=row.pk)
