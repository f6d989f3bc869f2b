"""How far a dry run is and what it found: figures for whoever edits the framework, ids for whoever may link cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sanctions.models import DryRun, DryRunChange
from sanctions.rules.dry_running import MASKED_BELOW, NOTHING, UNANSWERED, UNLISTED
from sanctions.rules.frameworks import AUDIENCE_WORDS
from schools.roles import Permission
from schools.viewer import Viewer

KEPT_DAYS = 30
WORDS = {
    NOTHING: "no sanction",
    UNANSWERED: "a question is open",
    UNLISTED: "a breach is not listed any more",
    "": "nothing proposed",
}


@dataclass(frozen=True, slots=True)
class CountLine:
    """So many cases, from what they came to, to what they would have come to."""

    before: str
    after: str
    count: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class AudienceCounts:
    """The figures for pupils, or for staff."""

    title: str
    lines: tuple[CountLine, ...]


@dataclass(frozen=True, slots=True)
class DryRunShown:
    """One dry run. How many cases there are is said by the hundredth part that is done, and masked where few."""

    id: UUID
    state: str
    asked_at: datetime
    percent: int
    audiences: tuple[AudienceCounts, ...]
    changed: str
    changes_any: bool
    any_cases: bool
    is_of_this_draft: bool

    @property
    def is_under_way(self) -> bool:
        """Whether it is worth looking again."""
        return self.state in {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case that would have come to something else, for whoever asks who may know of it."""

    case_id: UUID
    before: str
    after: str


def dry_run_page(*, viewer: Viewer, run_id: UUID) -> DryRunShown:
    """One's own dry run as far as it is: its figures are of what its asker may know of. One query.

    Raises NotAllowed, DryRun.DoesNotExist.
    """
    viewer.must(Permission.EDIT_FRAMEWORK)
    return _shown(_own(viewer).get(pk=run_id), "")


def newest_dry_run(*, viewer: Viewer, sha256: str) -> DryRunShown | None:
    """The dry run that was asked for last, and whether it was of the draft with this hash. One query.

    Raises NotAllowed.
    """
    viewer.must(Permission.EDIT_FRAMEWORK)
    row = _own(viewer).order_by("-asked_at").first()
    return None if row is None else _shown(row, sha256)


def changed_cases(*, viewer: Viewer, run_id: UUID) -> tuple[ChangedCase, ...]:
    """Which cases would have come to something else. One query. Raises NotAllowed.

    For the app that knows who may know of a case: it shows those that the viewer may know of, and no other.
    """
    viewer.must(Permission.EDIT_FRAMEWORK)
    rows = DryRunChange.objects.filter(run__in=_own(viewer).filter(pk=run_id)).order_by("case_id")
    return tuple(ChangedCase(*row) for row in rows.values_list("case_id", "before", "after"))


def _own(viewer: Viewer) -> QuerySet[DryRun]:
    return DryRun.objects.defer("content").filter(school_id=viewer.school_id, asked_by=viewer.person_id)


def masked(count: int) -> str:
    """A number of cases, where it is so small that it could tell of one of them. Pure."""
    return "none" if not count else (f"fewer than {MASKED_BELOW}" if count < MASKED_BELOW else f"{count:,}")


def words_for(outcome: str) -> str:
    """What a case comes to, in words. Pure."""
    return WORDS.get(outcome) or f"category {outcome}"


def _shown(row: DryRun, sha256: str) -> DryRunShown:
    changed = sum(count for _, before, after, count in row.counts if before != after)
    return DryRunShown(
        id=row.pk,
        state=row.state,
        asked_at=row.asked_at,
        percent=100 * row.done_count // row.total_count if row.total_count else 0,
        audiences=tuple(
            AudienceCounts(title, _lines(each[1:] for each in row.counts if each[0] == audience))
            for audience, title in AUDIENCE_WORDS.items()
            if any(each[0] == audience for each in row.counts)
        ),
        changed=masked(changed),
        changes_any=bool(changed),
        any_cases=bool(row.counts),
        is_of_this_draft=row.sha256 == sha256,
    )


def _lines(counts: Iterable[tuple[str, str, int]]) -> tuple[CountLine, ...]:
    """What changes first, then what stays, each by category."""
    ordered = sorted(counts, key=lambda each: (each[0] == each[1], each[0], each[1]))
    return tuple(
        CountLine(words_for(before), words_for(after), masked(count), before == after)
        for before, after, count in ordered
    )
