"""Every past case asked again under the draft, before it is published. Duties S1, S3 (CC 5, CM 5).

Asked for by a person, done by a worker batch by batch, each in a transaction of its own, so that neither the memory nor
a lock grows with the school. A worker holds a lease and moves it on with each batch; one that was given up writes
nothing any more, and a sweep lets another go on where it stopped.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from audit import services as audit
from dispatch.waking import wake_for
from packs import loader
from packs.schema import Escalation
from sanctions.known import known_to
from sanctions.models import Case, DryRun, DryRunChange, FrameworkVersion
from sanctions.rules.dry_running import Asking, looking_back
from sanctions.rules.facts import facts_from
from sanctions.rules.frameworks import framework_from, sha256_of
from sanctions.services.frameworks import locked_draft
from schools.roles import Permission
from schools.selectors.school import viewer_for
from schools.viewer import Viewer
from schools.wall import every_school, in_school

MAKE_TASK = "sanctions.dry_run_tasks.run_dry"
BATCH = 1_000
# As many as are asked again while somebody waits for the page.
AT_ONCE = 300
LEASE = timedelta(minutes=2)
MISSED_AFTER = timedelta(minutes=1)
GIVEN_UP_AFTER = timedelta(hours=6)
KEPT = timedelta(days=30)
Clock = Callable[[], datetime]


def ask_dry_run(*, by: Viewer, edition: int, now: datetime | None = None) -> UUID:
    """Ask what past cases would have come to under the draft. Seven queries, and four where there are few cases.

    Few are asked at once, many by a worker. The same draft asked twice while it is under way is one. Only cases that
    the asker may know of are asked about: a count could tell somebody what their own case is (duty R7).
    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile.
    """
    by.must(Permission.EDIT_FRAMEWORK)
    now = now or timezone.now()
    with transaction.atomic():
        draft = locked_draft(by, edition)
        sha256 = sha256_of(draft.content)
        said = {"school_id": by.school_id, "pack_code": draft.pack_code, "pack_version": draft.pack_version}
        under_way = DryRun.objects.filter(
            **said, sha256=sha256, asked_by_id=by.person_id, state__in=["waiting", "running"]
        )
        there = under_way.filter(asked_at__gt=now - GIVEN_UP_AFTER).values_list("pk", flat=True).first()
        if there is not None:
            return there
        row = DryRun.objects.create(
            **said,
            content=draft.content,
            sha256=sha256,
            asked_by_id=by.person_id,
            asked_at=now,
            total_count=_past(said, by).count(),
        )
        audit.record(
            "framework.dry_run_asked",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="dry_run",
            object_id=row.pk,
            at=now,
        )
        if row.total_count <= AT_ONCE:
            run_dry(school_id=by.school_id, run_id=row.pk, clock=lambda: now)
        else:
            transaction.on_commit(partial(wake_for, MAKE_TASK, by.school_id, row.pk), robust=True)
        return row.pk


def run_dry(*, school_id: UUID, run_id: UUID, clock: Clock = timezone.now) -> str:
    """Do a dry run that waits, or go on with one whose worker died; the state it is in then, or nothing.

    Three queries, and five for each batch of a thousand cases.
    """
    lease = _claim(school_id, run_id, clock())
    if lease is None:
        return ""
    try:
        return _run(lease, clock)
    except _LeaseLost:
        return ""


def sweep_dry_runs(*, now: datetime) -> int:
    """Wake workers for what was missed or left, and delete what is a month old; how many were woken.

    One query, and five a school.
    """
    woken = 0
    for school_id, _ in every_school():
        with in_school(school_id):
            here = DryRun.objects.filter(school_id=school_id)
            old = here.filter(asked_at__lte=now - KEPT)
            DryRunChange.objects.filter(school_id=school_id, run__in=old).delete()
            old.delete()
            here.filter(_due(now), asked_at__lte=now - GIVEN_UP_AFTER).update(
                state="failed", lease_until=None, finished_at=now
            )
            found = list(here.filter(_due(now), asked_at__lt=now - MISSED_AFTER).values_list("pk", flat=True))
        for run_id in found:
            if not wake_for(MAKE_TASK, school_id, run_id):
                return woken
            woken += 1
    return woken


# --- what a worker does ----------------------------------------------------------------------------------------------


class _LeaseLost(RuntimeError):
    """Another worker has it by now, or it was deleted."""


@dataclass(slots=True)
class _Lease:
    """One worker's right to one dry run until a moment, which moves on as long as it writes."""

    school_id: UUID
    run_id: UUID
    until: datetime

    def write(self, **columns: object) -> None:
        """Write how far it is, in the caller's transaction. One query. Raises _LeaseLost."""
        mine = DryRun.objects.filter(school_id=self.school_id, pk=self.run_id, state="running", lease_until=self.until)
        if not mine.update(**columns):
            raise _LeaseLost


def _run(lease: _Lease, clock: Clock) -> str:
    with in_school(lease.school_id):
        row = DryRun.objects.select_related("asked_by").get(school_id=lease.school_id, pk=lease.run_id)
        before = _look_backs(row)
    framework = framework_from(row.content)
    asking = Asking(framework)
    said = {"school_id": row.school_id, "pack_code": row.pack_code, "pack_version": row.pack_version}
    counts: Counter[tuple[str, str, str]] = Counter({(a, b, c): count for a, b, c, count in row.counts})
    last, done = row.last_case, row.done_count
    while True:
        with in_school(lease.school_id):
            # Asked again with each batch: somebody can be shut out of a case, or leave, while it runs.
            asker = _asker(row)
            if asker is None:
                lease.write(state="failed", counts=[], lease_until=None, finished_at=clock())
                return "failed"
            batch = _batch(said, asker, last)
            changes = []
            for case_id, audience, was, framework_id, content in batch:
                facts = looking_back(facts_from(content), before[framework_id], framework.escalation)
                now_is = asking.comes_to(facts)
                counts[audience, was, now_is] += 1
                if was != now_is:
                    changes.append(
                        DryRunChange(school_id=row.school_id, run_id=row.pk, case_id=case_id, before=was, after=now_is)
                    )
            DryRunChange.objects.bulk_create(changes)
            if batch:
                last, done = batch[-1][0], done + len(batch)
            found = sorted([*key, count] for key, count in counts.items())
            moment = clock()
            if len(batch) < BATCH:
                lease.write(
                    state="done", counts=found, done_count=done, total_count=done, last_case=last, lease_until=None,
                    finished_at=moment,
                )  # fmt: skip
                return "done"
            lease.write(counts=found, done_count=done, last_case=last, lease_until=moment + LEASE)
        lease.until = moment + LEASE


Row = tuple[UUID, str, str, UUID | None, Mapping[str, Any]]


def _asker(row: DryRun) -> Viewer | None:
    """Who asked, as they stand now, if they may still ask. One query."""
    if row.asked_by.user_id is None:
        return None
    viewer = viewer_for(user_id=row.asked_by.user_id, today=timezone.localdate(), school_id=row.school_id)
    return viewer if viewer is not None and viewer.may(Permission.EDIT_FRAMEWORK) else None


def _past(said: Mapping[str, Any], asker: Viewer) -> Any:
    """The past cases that the asker may know of, whose facts a person has looked at, of this edition of the policy."""
    return Case.objects.filter(known_to(asker), **said, is_confirmed=True, withdrawn_at__isnull=True)


def _batch(said: Mapping[str, Any], asker: Viewer, last: UUID | None) -> list[Row]:
    """The next cases by id, with their newest facts and what was proposed. One query."""
    rows = _past(said, asker).filter(facts__number=F("facts_number"))
    if last is not None:
        rows = rows.filter(pk__gt=last)
    found = rows.order_by("pk").values_list("pk", "audience", "proposed", "outcome", "framework_id", "facts__content")
    return [
        (case_id, audience, proposed or outcome, framework_id, content)
        for case_id, audience, proposed, outcome, framework_id, content in found[:BATCH]
    ]


def _look_backs(row: DryRun) -> dict[UUID | None, Escalation]:
    """The look-back of every framework that past cases were proposed under. One query."""
    versions = FrameworkVersion.objects.filter(
        school_id=row.school_id, pack_code=row.pack_code, pack_version=row.pack_version
    )
    own = loader.get(row.pack_code, row.pack_version).framework.escalation
    found: dict[UUID | None, Escalation] = {None: own}
    for pk, content in versions.values_list("pk", "content"):
        found[pk] = framework_from(content).escalation
    return found


def _due(now: datetime) -> Q:
    return Q(state__in=["waiting", "running"]) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def _claim(school_id: UUID, run_id: UUID, now: datetime) -> _Lease | None:
    lease = _Lease(school_id, run_id, now + LEASE)
    with in_school(school_id):
        taken = DryRun.objects.filter(_due(now), school_id=school_id, pk=run_id).update(
            state="running", lease_until=lease.until
        )
    return lease if taken else None
