"""The log: filtered, searched, paged by key, counted. Duty R8 (CC 4.1, CM 4.1, NS 4.2)."""

import base64
import binascii
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q

from incidents.models import Incident, IncidentQuerySet, Involvement
from incidents.rules.references import tidy_reference
from packs import loader
from schools.viewer import Viewer

PAGE_SIZE = 50
COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the log is narrowed to. Empty means all."""

    words: str = ""
    since: date | None = None
    until: date | None = None
    type: str = ""
    location: str = ""
    intent: Literal["", "deliberate", "accidental"] = ""
    status: str = ""
    risk_area: str = ""
    involved: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return all(not getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log, with everything the page needs."""

    incident_id: UUID
    reference: str
    status: str
    happened_on: date | None
    logged_at: datetime
    due_at: datetime | None
    is_sent: bool
    types: tuple[str, ...]
    location: str
    deliberate: bool
    accidental: bool
    safeguarding: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log and the keys of its neighbours."""

    rows: tuple[LogRow, ...]
    newer: str
    older: str
    count: int
    count_is_capped: bool


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
        return PageKey("older" if direction == "older" else "newer", moment, UUID(incident_id))
    except (ValueError, binascii.Error):
        return None


def filtered(viewer: Viewer, filters: Filters) -> IncidentQuerySet:
    """The incidents of the log that the viewer may know of and that fit the filters, unordered."""
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
    if filters.intent:
        rows = rows.filter(**{filters.intent: True})
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.risk_area:
        rows = rows.filter(risk_areas__contains=[filters.risk_area])
    if filters.involved:
        rows = rows.filter(involved__contains=[filters.involved])
    return rows


def _matches(words: str) -> Q:
    words = words.replace("\x00", "")[:200]
    reference = tidy_reference(words)
    if reference is not None:
        return Q(reference=reference)
    english = SearchQuery(words, config="english", search_type="websearch")
    literal = SearchQuery(words, config="simple", search_type="websearch")
    return Q(search=english | literal)


def log_page(*, viewer: Viewer, filters: Filters, key: PageKey | None = None) -> LogPage:
    """Fifty incidents, newest first. Two queries: the rows and a count that stops at 10,000."""
    rows = filtered(viewer, filters)
    count = rows.order_by()[: COUNT_CAP + 1].count()
    newest_first = rows.order_by("-logged_at", "-id")
    if key is None:
        found = list(newest_first[: PAGE_SIZE + 1])
        has_newer, has_older = False, len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
    elif key.direction == "older":
        found = list(newest_first.filter(_beyond("lt", key))[: PAGE_SIZE + 1])
        has_newer, has_older = True, len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
    else:
        back = list(rows.order_by("logged_at", "id").filter(_beyond("gt", key))[: PAGE_SIZE + 1])
        has_newer, has_older = len(back) > PAGE_SIZE, True
        found = back[:PAGE_SIZE][::-1]
    return LogPage(
        rows=tuple(_row(each) for each in found),
        newer=PageKey("newer", found[0].logged_at, found[0].pk).encode() if found and has_newer else "",
        older=PageKey("older", found[-1].logged_at, found[-1].pk).encode() if found and has_older else "",
        count=min(count, COUNT_CAP),
        count_is_capped=count > COUNT_CAP,
    )


def _beyond(side: Literal["lt", "gt"], key: PageKey) -> Q:
    # Written so that Postgres walks the index from the key on instead of filtering a whole school.
    return Q(**{f"logged_at__{side}e": key.logged_at}) & (
        Q(**{f"logged_at__{side}": key.logged_at}) | Q(**{f"id__{side}": key.incident_id})
    )


def _row(incident: Incident) -> LogRow:
    form = loader.get(incident.pack_code, incident.pack_version).form
    known = form.field("types").codes
    place = form.field("location")
    return LogRow(
        incident_id=incident.pk,
        reference=incident.reference,
        status=incident.status,
        happened_on=incident.happened_on,
        logged_at=incident.logged_at,
        due_at=incident.due_at,
        is_sent=incident.sent_revision is not None,
        types=tuple(form.label("types", code) if code in known else code for code in incident.types),
        location=place.option(incident.location).label if incident.location in place.codes else incident.location,
        deliberate=incident.deliberate,
        accidental=incident.accidental,
        safeguarding=incident.safeguarding,
    )


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for whoever runs incidents, in order of its clock."""

    to_send: tuple[LogRow, ...]
    to_record: tuple[LogRow, ...]
    to_close: tuple[LogRow, ...]


def inbox(*, viewer: Viewer) -> Inbox:
    """The open incidents in three queues: due to the authority, reported and not recorded, sent and not closed.

    At most 100 of each, three queries.
    """
    rows = Incident.objects.visible_to(viewer)
    unsent = Q(sent_revision__isnull=True) | Q(sent_revision__lt=F("revision"))
    to_send = rows.filter(unsent, status__in=["recorded", "in_progress"]).order_by("due_at", "id")[:100]
    to_record = rows.filter(status="reported").order_by("logged_at", "id")[:100]
    to_close = rows.filter(status="in_progress", sent_revision=F("revision")).order_by("logged_at", "id")[:100]
    return Inbox(
        to_send=tuple(_row(each) for each in to_send),
        to_record=tuple(_row(each) for each in to_record),
        to_close=tuple(_row(each) for each in to_close),
    )


def waiting_count(*, viewer: Viewer) -> int:
    """How many concerns wait to be recorded, for the navigation. One query; counts to 100."""
    return Incident.objects.visible_to(viewer).filter(status="reported").order_by()[:100].count()


def people_in(*, viewer: Viewer, incident_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The names of the people in these incidents, for the export. One query."""
    names: dict[UUID, list[str]] = {}
    rows = Involvement.objects.filter(
        school_id=viewer.school_id, incident_id__in=incident_ids, until_revision__isnull=True
    ).order_by("part", "name")
    for row in rows:
        names.setdefault(row.incident_id, []).append(f"{row.name} ({row.part})")
    return names
