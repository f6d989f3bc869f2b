"""Who is whose parent or carer: checked by the school, from a day and until one."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from schools.changes import people_changed
from schools.models import Guardian, Membership, Person, Pupil
from schools.roles import Permission, Role
from schools.services.problems import EndedAlready, EndsTooEarly, NotForYourself, NotPossible
from schools.viewer import Viewer


class NoChild(NotPossible):
    """Somebody who is no pupil of the school is to be somebody's child."""

    def __init__(self) -> None:
        super().__init__("Only a pupil of this school can be put down as somebody's child.")


class PupilAsGuardian(NotPossible):
    """A pupil is to be somebody's parent or carer."""

    def __init__(self) -> None:
        super().__init__("A pupil cannot be put down as a parent or carer.")


class RelatedAlready(NotPossible):
    """The relation is on the lists."""

    def __init__(self) -> None:
        super().__init__("This relation is on the lists already.")


def link_guardian(
    *,
    by: Viewer,
    guardian_id: UUID,
    child_id: UUID,
    starts_on: date,
    relation: str = "",
    has_parental_responsibility: bool = False,
    is_barred: bool = False,
) -> Guardian:
    """Put down that an adult is the parent or carer of a pupil, as ``by`` has checked it. Duty R7 (NE), threat T2.

    The adult need not be a parent to the school: a teacher whose child is a pupil is one too, and is kept out of the
    child's cases from then on. Whoever has parental responsibility and is not kept away by a court order signs for the
    child (A2). Seven queries. Raises NotAllowed, NotForYourself, NoChild, PupilAsGuardian,
    RelatedAlready, Person.DoesNotExist.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    with transaction.atomic():
        people = Person.objects.select_for_update(of=("self",), no_key=True).filter(school_id=by.school_id)
        guardian, child = people.get(pk=guardian_id), people.get(pk=child_id)
        if guardian.pk == by.person_id:
            raise NotForYourself
        if not _is_pupil(child, by):
            raise NoChild
        if _is_pupil(guardian, by):
            raise PupilAsGuardian
        pair = {"school_id": by.school_id, "guardian": guardian, "child": child}
        if Guardian.objects.filter(**pair).exclude(ends_on__lt=starts_on).exists():
            raise RelatedAlready
        row = Guardian.objects.create(
            **pair,
            verified_by_id=by.person_id,
            verified_at=timezone.now(),
            starts_on=starts_on,
            relation=" ".join(relation.split()),
            has_parental_responsibility=has_parental_responsibility,
            is_barred=is_barred,
        )
        _record(by, "guardian.linked", row, today)
    return row


def change_guardian(
    *, by: Viewer, guardian_row_id: UUID, relation: str, has_parental_responsibility: bool, is_barred: bool
) -> Guardian:
    """Put down anew what an adult is to a child and may do for it, as ``by`` has checked it. Duties R7 (NE), A2; T2.

    It counts at once: from a court order on, the adult is shown nothing of the child and signs nothing, by whichever
    link. On record is what was changed, not to what. Seven queries. Raises NotAllowed, NotForYourself, EndedAlready,
    Guardian.DoesNotExist.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    said = {
        "relation": " ".join(relation.split()),
        "has_parental_responsibility": has_parental_responsibility,
        "is_barred": is_barred,
    }
    with transaction.atomic():
        row = Guardian.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=guardian_row_id)
        if row.guardian_id == by.person_id:
            raise NotForYourself
        if row.ends_on is not None and row.ends_on < today:
            raise EndedAlready
        changed = [name for name, value in said.items() if getattr(row, name) != value]
        for name, value in said.items():
            setattr(row, name, value)
        row.verified_by_id, row.verified_at = by.person_id, timezone.now()
        row.save(update_fields=[*said, "verified_by", "verified_at"])
        _record(by, "guardian.changed", row, today, changed=changed)
    return row


def end_guardian(*, by: Viewer, guardian_row_id: UUID, last_day: date) -> Guardian:
    """Put down until when an adult was somebody's parent or carer; the last day belongs to it. Duty R7 (NE), T2.

    Four queries. Raises NotAllowed, NotForYourself, EndedAlready, EndsTooEarly, Guardian.DoesNotExist.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    with transaction.atomic():
        row = Guardian.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=guardian_row_id)
        if row.guardian_id == by.person_id:
            raise NotForYourself
        if row.ends_on is not None and row.ends_on < today:
            raise EndedAlready
        if last_day < row.starts_on:
            raise EndsTooEarly
        row.ends_on = last_day
        row.save(update_fields=["ends_on"])
        _record(by, "guardian.ended", row, today)
    return row


def _is_pupil(person: Person, by: Viewer) -> bool:
    here = Q(school_id=by.school_id, person=person)
    return Pupil.objects.filter(here).exists() or Membership.objects.filter(here, role=Role.PUPIL.value).exists()


def _record(by: Viewer, action: str, row: Guardian, today: date, *, changed: list[str] | None = None) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="guardian",
        object_id=row.pk,
        detail={
            "guardian": str(row.guardian_id),
            "child": str(row.child_id),
            **({} if changed is None else {"changed": changed}),
        },
    )
    people_changed(by.school_id, {row.guardian_id, row.child_id}, today)
