"""Many copies as one file: asked for by a person, made by a worker piece by piece, kept for a week. Duty A4.

A worker holds a lease and moves it on with each piece. One that was given up writes nothing any more, because what it
writes goes by the lease it had; a sweep gives the file to another one.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pikepdf
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from aup.models import Bundle, Signature
from aup.rules.due import Kind
from aup.selectors.signed import GROWN_UP, classes_of
from aup.services.copies import DOCUMENT_KIND, issue_copy
from dispatch.models import Document
from dispatch.preparing import PdfAltered, stored_pdf
from dispatch.waking import wake_drawing, wake_for
from schools.models import Person
from schools.roles import Permission
from schools.sealing import SealBroken, seal, unseal
from schools.viewer import Viewer
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)
MAKE_TASK = "aup.keeping_tasks.make_bundle"
LEASE = timedelta(minutes=5)
KEPT = timedelta(days=7)
MISSED_AFTER = timedelta(minutes=1)
# Copies that are still being drawn are waited for, but not for ever.
WAITS = timedelta(seconds=30)
GIVEN_UP_AFTER = timedelta(hours=6)
PIECE = 20
Clock = Callable[[], datetime]


class NothingToBundle(ValueError):
    """Nobody of them has signed anything that counts now."""

    def __init__(self) -> None:
        super().__init__("There is nothing to put into one file: no signature of them counts now.")


class BundleNotReady(RuntimeError):
    """The file is not there, or not any more."""

    def __init__(self) -> None:
        super().__init__("This file is not ready.")


@dataclass(frozen=True, slots=True)
class BundlePage:
    """How far a file is."""

    bundle_id: UUID
    class_name: str
    state: str
    done_count: int
    total_count: int
    asked_at: datetime
    gone_at: datetime
    pdf_bytes: int

    @property
    def is_under_way(self) -> bool:
        """Whether it is worth looking again."""
        return self.state in {"waiting", "making"}


def ask_bundle(*, by: Viewer, class_name: str, now: datetime | None = None) -> UUID:
    """Ask for the agreements of a class, or with no class those of staff, governors and visitors, as one file.

    Asked twice while it is under way it is one. Seven queries. Raises NotAllowed, NothingToBundle.
    """
    by.must(Permission.READ_SIGNATURES)
    now = now or timezone.now()
    today = timezone.localdate(now)
    with transaction.atomic():
        if class_name and class_name not in classes_of(by.school_id, today):
            raise NothingToBundle
        Person.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=by.person_id)
        said = {"school_id": by.school_id, "class_name": class_name, "asked_by_id": by.person_id}
        there = Bundle.objects.filter(**said, state__in=["waiting", "making"], asked_at__gt=now - GIVEN_UP_AFTER)
        if (found := there.values_list("pk", flat=True).first()) is not None:
            return found
        count = len(signature_ids(by.school_id, class_name, now))
        if not count:
            raise NothingToBundle
        row = Bundle.objects.create(**said, asked_at=now, total_count=count)
        _record("agreement.bundle_asked", by.school_id, by.user_id, row.pk, now)
        transaction.on_commit(partial(wake_for, MAKE_TASK, by.school_id, row.pk), robust=True)
        return row.pk


def bundle_page(*, viewer: Viewer, bundle_id: UUID) -> BundlePage:
    """How far a file is. One query. Raises NotAllowed, Bundle.DoesNotExist."""
    viewer.must(Permission.READ_SIGNATURES)
    row = Bundle.objects.defer("pdf_sealed").get(school_id=viewer.school_id, pk=bundle_id)
    return BundlePage(
        bundle_id=row.pk,
        class_name=row.class_name,
        state=row.state,
        done_count=row.done_count,
        total_count=row.total_count,
        asked_at=row.asked_at,
        gone_at=row.asked_at + KEPT,
        pdf_bytes=row.pdf_bytes,
    )


def open_bundle(*, by: Viewer, bundle_id: UUID, now: datetime | None = None) -> bytes:
    """The file, out of its seal, with an entry on the trail. Two queries.

    Raises NotAllowed, Bundle.DoesNotExist, BundleNotReady, PdfAltered.
    """
    by.must(Permission.READ_SIGNATURES)
    now = now or timezone.now()
    with transaction.atomic():
        row = Bundle.objects.get(school_id=by.school_id, pk=bundle_id)
        if row.pdf_sealed is None or row.asked_at + KEPT <= now:
            raise BundleNotReady
        try:
            content = unseal(row.pdf_sealed)
        except SealBroken:
            raise PdfAltered from None
        _record("agreement.bundle_opened", by.school_id, by.user_id, row.pk, now)
    return content


def delete_bundle(*, by: Viewer, bundle_id: UUID, now: datetime | None = None) -> None:
    """Take a file away before its week is over; the copies stay. Three queries.

    Raises NotAllowed, Bundle.DoesNotExist.
    """
    by.must(Permission.READ_SIGNATURES)
    with transaction.atomic():
        row = Bundle.objects.defer("pdf_sealed").get(school_id=by.school_id, pk=bundle_id)
        _record("agreement.bundle_deleted", by.school_id, by.user_id, row.pk, now or timezone.now())
        row.delete()


def signature_ids(school_id: UUID, class_name: str, now: datetime) -> list[UUID]:
    """What goes into the file, in its order: what counts now, by name and number; no refusals. One query."""
    rows = Signature.objects.filter(school_id=school_id, counts_until__gte=timezone.localdate(now)).exclude(
        kind=Kind.REFUSED.value
    )
    wanted = Q(about__pupil__class_name=class_name) if class_name else Q(version__audience__in=GROWN_UP)
    ordered = rows.filter(wanted).order_by("about__family_name", "about__given_name", "about_id", "number")
    return list(ordered.values_list("pk", flat=True))


# --- what a worker does ----------------------------------------------------------------------------------------------


class _LeaseLost(RuntimeError):
    """Another worker has it by now, or somebody threw it away."""


@dataclass(slots=True)
class _Lease:
    """One worker's right to one file until a moment, which moves on as long as it writes."""

    school_id: UUID
    bundle_id: UUID
    until: datetime

    def write(self, **columns: object) -> None:
        """Write how far it is. One query. Raises _LeaseLost where the lease is not its own any more."""
        with in_school(self.school_id):
            mine = Bundle.objects.filter(
                school_id=self.school_id, pk=self.bundle_id, state="making", lease_until=self.until
            )
            if not mine.update(**columns):
                raise _LeaseLost

    def go_on(self, now: datetime, **columns: object) -> None:
        """The same, and go on holding it."""
        self.write(lease_until=now + LEASE, **columns)
        self.until = now + LEASE


def make_bundle(*, school_id: UUID, bundle_id: UUID, clock: Clock = timezone.now) -> str:
    """Make a file that waits, or one whose worker died; the state it is in then, or nothing where it is another's.

    Where copies are still being drawn it waits again. Six queries and two for each piece of twenty copies.
    """
    lease = _claim(school_id, bundle_id, clock())
    if lease is None:
        return ""
    try:
        return _make(lease, clock)
    except _LeaseLost:
        return ""


def _make(lease: _Lease, clock: Clock) -> str:
    with in_school(lease.school_id):
        here = Bundle.objects.filter(school_id=lease.school_id, pk=lease.bundle_id)
        wanted = signature_ids(lease.school_id, here.values_list("class_name", flat=True).get(), clock())
        missing, is_hopeless = _not_drawn(lease.school_id, wanted)
    if is_hopeless:
        # Waiting would not help: whoever runs the service is shown the copies that could not be drawn.
        log.error("Bundle %s could not be made: a copy of it was given up", lease.bundle_id)
        lease.write(state="failed", lease_until=None, finished_at=clock())
        return "failed"
    if missing:
        for document_id in missing:
            wake_drawing(lease.school_id, document_id)
        lease.write(state="waiting", lease_until=clock() + WAITS)
        return "waiting"
    try:
        content = _merged(lease, wanted, clock)
    except (_LeaseLost, DatabaseError):
        raise
    except Exception as failure:  # noqa: BLE001
        # Made again it would come to the same; its own words may quote a record.
        log.error("Bundle %s could not be made: %s", lease.bundle_id, type(failure).__name__)
        lease.write(state="failed", lease_until=None, finished_at=clock())
        return "failed"
    lease.write(state="made", lease_until=None, finished_at=clock(), pdf_sealed=seal(content), pdf_bytes=len(content))
    return "made"


def _merged(lease: _Lease, wanted: list[UUID], clock: Clock) -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as merged:
        # Each copy can be jumped to by its number. The outline is written when it is closed.
        with merged.open_outline() as outline:
            for start in range(0, len(wanted), PIECE):
                with in_school(lease.school_id):
                    pieces = _copies_of(lease.school_id, wanted[start : start + PIECE])
                for reference, content in pieces:
                    with pikepdf.open(io.BytesIO(content)) as copy:
                        outline.root.append(pikepdf.OutlineItem(reference, len(merged.pages)))
                        merged.pages.extend(copy.pages)
                done = min(start + PIECE, len(wanted))
                lease.go_on(clock(), done_count=done, total_count=len(wanted))
        merged.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def sweep_bundles(*, now: datetime) -> int:
    """Wake workers for files that were missed or whose worker died, and delete those of last week; how many were woken.

    One query, and four a school.
    """
    woken = 0
    for school_id, _ in every_school():
        with in_school(school_id):
            here = Bundle.objects.filter(school_id=school_id)
            here.filter(asked_at__lte=now - KEPT).delete()
            here.filter(_due(now), asked_at__lte=now - GIVEN_UP_AFTER).update(
                state="failed", lease_until=None, finished_at=now
            )
            found = list(here.filter(_due(now), asked_at__lt=now - MISSED_AFTER).values_list("pk", flat=True))
        for bundle_id in found:
            if not wake_for(MAKE_TASK, school_id, bundle_id):
                return woken
            woken += 1
    return woken


def _due(now: datetime) -> Q:
    return Q(state__in=["waiting", "making"]) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def _claim(school_id: UUID, bundle_id: UUID, now: datetime) -> _Lease | None:
    lease = _Lease(school_id, bundle_id, now + LEASE)
    with in_school(school_id):
        taken = Bundle.objects.filter(_due(now), school_id=school_id, pk=bundle_id).update(
            state="making", lease_until=lease.until, done_count=0
        )
    return lease if taken else None


def _not_drawn(school_id: UUID, wanted: list[UUID]) -> tuple[list[UUID], bool]:
    """The copies that are still to be drawn, and whether one of all was given up."""
    documents = Document.objects.filter(school_id=school_id, kind=DOCUMENT_KIND, subject_id__in=wanted)
    rows = list(documents.values_list("pk", "subject_id", "drawn_at", "given_up_at"))
    missing = [pk for pk, _, drawn_at, given_up_at in rows if drawn_at is None and given_up_at is None]
    without = set(wanted).difference(subject_id for _, subject_id, _, _ in rows)
    for signature in Signature.objects.select_related("version").filter(school_id=school_id, pk__in=without):
        missing.append(issue_copy(signature).pk)
    return missing, any(given_up_at for *_, given_up_at in rows)


def _copies_of(school_id: UUID, wanted: list[UUID]) -> list[tuple[str, bytes]]:
    documents = Document.objects.defer("snapshot", "attachment").filter(
        school_id=school_id, kind=DOCUMENT_KIND, subject_id__in=wanted, revision=1
    )
    found = {each.subject_id: each for each in documents}
    return [(found[each].reference, stored_pdf(found[each])) for each in wanted]


def _record(action: str, school_id: UUID, user_id: UUID, bundle_id: UUID, now: datetime) -> None:
    audit.record(
        action, school_id=school_id, actor_id=user_id, object_type="agreement_bundle", object_id=bundle_id, at=now
    )
