"""The log: filtered, searched, paged by key, counted. Duty R8 (CC 4.1, CM 4.1, NS 4.2)."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Q

from incidents.models import Incident, IncidentQuerySet, Status
from incidents.rules.posts import IN_ORDER, short
from incidents.rules.references import tidy_reference
from incidents.rules.statuses import OPEN
from packs import loader
from schools.prepared import Prepared
from schools.selectors import pack_of
from schools.viewer import Viewer

PAGE_SIZE = 50
# Counting more than this takes longer than showing fifty rows; whoever has so many narrows the log.
COUNT_CAP = 1_000
# Words have to be looked for row by row, which is most of what a search costs; more than this nobody reads through.
FOUND_CAP = 250
# Of rare words the text index tells which records they are in, and only those are looked at. Words in more records than
# this are common: going through the log from its newest end soon finds a page of them.
RARE = 500
ALL_OPEN = "open"
Choices = tuple[tuple[str, str], ...]
STATUSES: Choices = (
    (ALL_OPEN, "open: everything that is not closed"),
    (Status.REPORTED.value, "new concern"),
    (Status.RECORDED.value, "recorded"),
    (Status.IN_PROGRESS.value, "in progress"),
    (Status.CLOSED.value, "closed"),
)
INTENTS: Choices = (("deliberate", "deliberate"), ("accidental", "accidental"))
HANDLERS: Choices = tuple((post.value, short(post.value)) for post in IN_ORDER)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the log is narrowed to. Empty means all."""

    words: str = ""
    since: date | None = None
    until: date | None = None
    type: str = ""
    location: str = ""
    intent: str = ""
    status: str = ""
    risk_area: str = ""
    involved: str = ""
    handler: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return all(not getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What each filter offers, as pairs of code and label: the adopted edition's words, then what only others have."""

    type: Choices
    location: Choices
    risk_area: Choices
    involved: Choices
    intent: Choices = INTENTS
    status: Choices = STATUSES
    handler: Choices = HANDLERS


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log, with everything the page needs."""

    incident_id: UUID
    reference: str
    status: str
    happened_on: date | None
    logged_at: datetime
    due_at: datetime | None
    revision: int
    sent_revision: int | None
    types: tuple[str, ...]
    location: str
    deliberate: bool
    accidental: bool
    safeguarding: bool
    immediate_risk: bool
    nobody_left: bool
    needs_lado: bool
    needs_police_advice: bool
    handler_post: str

    @property
    def is_due(self) -> bool:
        """Whether its clock runs: recorded, and no version of it was sent yet."""
        return self.due_at is not None and self.sent_revision is None

    @property
    def is_changed_since_sent(self) -> bool:
        """Whether the authority has an older version than this."""
        return self.sent_revision is not None and self.sent_revision < self.revision


ROW_COLUMNS = (
    "id",
    "pack_code",
    "pack_version",
    "reference",
    "status",
    "happened_on",
    "logged_at",
    "due_at",
    "revision",
    "sent_revision",
    "types",
    "location",
    "deliberate",
    "accidental",
    "safeguarding",
    "immediate_risk",
    "nobody_left",
    "needs_lado",
    "needs_police_advice",
    "handler_post",
)


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, the keys of its neighbours, and what it can be narrowed to."""

    rows: tuple[LogRow, ...]
    newer: str
    older: str
    count: int
    count_is_capped: bool
    options: LogOptions


@dataclass(frozen=True, slots=True)
class PageKey:
    """Where a page begins: after this row (``older``) or before it (``newer``)."""

    direction: Literal["older", "newer"]
    logged_at: datetime
    incident_id: UUID

    def encode(self) -> str:
        """The key as it stands in a link."""
        raw = f"{self.direction}|{self.logged_at.isoformat()}|{self.incident_id}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_key(text: str) -> PageKey | None:
    """The key in a link; None (the first page) when it is empty or not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        direction, logged_at, incident_id = raw.split("|")
        moment = datetime.fromisoformat(logged_at)
        if direction not in {"older", "newer"} or moment.tzinfo is None:
            return None
        # In UTC, for Postgres does not know every offset that Python takes.
        return PageKey("older" if direction == "older" else "newer", moment.astimezone(UTC), UUID(incident_id))
    except (ValueError, OverflowError, binascii.Error):
        return None


def filtered(viewer: Viewer, filters: Filters) -> IncidentQuerySet:
    """The incidents of the log that the viewer may know of and that fit the filters, unordered.

    One query where words are looked for, none otherwise: it is the rows that are asked for, later, by the caller.
    """
    rows = Incident.objects.visible_to(viewer)
    if filters.words:
        rows = rows.filter(_matches(filters.words))
    if filters.since:
        rows = rows.filter(happened_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(happened_on__lte=filters.until)
    if filters.type:
        rows = rows.filter(types__contains=[filters.type])
    if filters.location:
        rows = rows.filter(location=filters.location)
    if filters.intent in {"deliberate", "accidental"}:
        rows = rows.filter(**{filters.intent: True})
    if filters.status == ALL_OPEN:
        rows = rows.filter(status__in=sorted(OPEN))
    elif filters.status:
        rows = rows.filter(status=filters.status)
    if filters.risk_area:
        rows = rows.filter(risk_areas__contains=[filters.risk_area])
    if filters.involved:
        rows = rows.filter(involved__contains=[filters.involved])
    if filters.handler:
        rows = rows.filter(handler_post=filters.handler)
    return rows


def _matches(words: str) -> Q:
    words = words.replace("\x00", "")[:200]
    reference = tidy_reference(words)
    rare = _with_rare(words)
    if rare is None:
        english = SearchQuery(words, config="english", search_type="websearch")
        literal = SearchQuery(words, config="simple", search_type="websearch")
        found = Q(search=english | literal)
    else:
        found = Q(pk__in=rare)
    # What looks like a reference may also be a name or a word of eight letters.
    return found if reference is None else Q(reference=reference) | found


_WITH_WORDS = (
    "SELECT incidents_with_words(websearch_to_tsquery('english', %s) || websearch_to_tsquery('simple', %s), %s)"
)


def _with_rare(words: str) -> list[UUID] | None:
    """The incidents of the transaction's school with these words; None where the words are common. One query.

    Behind row level security Postgres does not use the text index by itself (docs/adr/0008): a door asks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITH_WORDS, [words, words, RARE])
        (found,) = cursor.fetchone()
    rare: list[UUID] | None = found
    return rare


def log_page(*, viewer: Viewer, filters: Filters, key: PageKey | None = None) -> LogPage:
    """Fifty incidents, newest first. Three queries: the rows, a count that stops at 1,000, the adopted pack. Where
    words are looked for the count stops at 250, and one query more says how rare they are.

    Nothing is counted when the first page shows every row. A fourth query when "newer" leads back to the top, which
    then shows a whole first page.
    """
    rows = filtered(viewer, filters)
    found, has_newer, has_older = _slice(rows, key)
    # In the order of the log, so that counting walks its index as far as needed instead of gathering all that match.
    shows_all = not has_newer and not has_older
    cap = FOUND_CAP if filters.words else COUNT_CAP
    count = len(found) if shows_all else rows.order_by("-logged_at", "-id")[: cap + 1].count()
    return LogPage(
        rows=found,
        newer=PageKey("newer", found[0].logged_at, found[0].incident_id).encode() if found and has_newer else "",
        older=PageKey("older", found[-1].logged_at, found[-1].incident_id).encode() if found and has_older else "",
        count=min(count, cap),
        count_is_capped=count > cap,
        options=log_options(viewer=viewer),
    )


def _slice(rows: IncidentQuerySet, key: PageKey | None) -> tuple[tuple[LogRow, ...], bool, bool]:
    """The rows of a page, and whether there are newer and older ones."""
    if key is not None and key.direction == "newer":
        back = as_rows(rows.order_by("logged_at", "id").filter(_beyond("gt", key)), PAGE_SIZE + 1)
        if len(back) > PAGE_SIZE:
            return back[:PAGE_SIZE][::-1], True, True
        key = None
    newest_first = rows.order_by("-logged_at", "-id")
    if key is not None:
        newest_first = newest_first.filter(_beyond("lt", key))
    found = as_rows(newest_first, PAGE_SIZE + 1)
    return found[:PAGE_SIZE], key is not None, len(found) > PAGE_SIZE


def _beyond(side: Literal["lt", "gt"], key: PageKey) -> Q:
    # Written so that Postgres walks the index from the key on instead of filtering a whole school.
    return Q(**{f"logged_at__{side}e": key.logged_at}) & (
        Q(**{f"logged_at__{side}": key.logged_at}) | Q(**{f"id__{side}": key.incident_id})
    )


def as_rows(rows: IncidentQuerySet, limit: int) -> tuple[LogRow, ...]:
    """The first rows of a query as lines of the log, each in the words of its own edition. One query."""
    return tuple(_rows(rows.values_list(*ROW_COLUMNS)[:limit]))


def _rows(values: object) -> Iterator[LogRow]:
    for incident_id, code, version, reference, status, on, logged, due, revision, sent, types, place, *flags in values:  # type: ignore[attr-defined]
        labels = labels_of(code, version)
        yield LogRow(
            incident_id,
            reference,
            status,
            on,
            logged,
            due,
            revision,
            sent,
            tuple(labels["types"].get(each, each) for each in types),
            labels["location"].get(place, place),
            *flags,
        )


@cache
def labels_of(pack_code: str, pack_version: int) -> dict[str, dict[str, str]]:
    """What an edition calls its options, by field and code. Packs never change while the process runs."""
    form = loader.get(pack_code, pack_version).form
    return {
        key: {option.code: option.label for option in form.field(key).options}
        for key in ("types", "location", "involved", "risk_areas")
    }


def log_options(*, viewer: Viewer) -> LogOptions:
    """What the log can be narrowed to in the viewer's school. One query."""
    return _options(*pack_of(viewer=viewer).key)


@cache
def _options(pack_code: str, pack_version: int) -> LogOptions:
    adopted = (pack_code, pack_version)
    editions = (adopted, *(each.key for each in reversed(loader.editions()) if each.key != adopted))

    def choices(key: str) -> Choices:
        found: dict[str, str] = {}
        for edition in editions:
            for code, label in labels_of(*edition)[key].items():
                found.setdefault(code, label)
        return tuple(sorted(found.items(), key=lambda pair: pair[0] == "other"))

    return LogOptions(
        type=choices("types"),
        location=choices("location"),
        risk_area=choices("risk_areas"),
        involved=choices("involved"),
    )


_WAITING = Prepared(
    lambda viewer: Incident.objects.run_by(viewer).filter(status=Status.REPORTED).values_list("pk")[:100]
)


def waiting_count(*, viewer: Viewer) -> int:
    """How many concerns wait for this viewer to record them, for the navigation. One query; counts to 100."""
    return _WAITING.count(viewer)
