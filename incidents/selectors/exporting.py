"""What an export of the log holds. Called by the service that leaves the audit row."""

from uuid import UUID

from incidents.models import Incident, Involvement
from incidents.selectors.log import Filters, filtered
from schools.viewer import Viewer


def export_count(*, viewer: Viewer, filters: Filters, limit: int) -> int:
    """How many incidents fit the filters, counted to one more than the limit. One query."""
    return filtered(viewer, filters).order_by()[: limit + 1].count()


def export_rows(*, viewer: Viewer, filters: Filters, limit: int) -> list[Incident]:
    """The incidents that fit the filters, newest first, without their search index. One query."""
    return list(filtered(viewer, filters).defer("search").order_by("-logged_at", "-id")[:limit])


def people_of(*, viewer: Viewer, filters: Filters) -> dict[UUID, list[str]]:
    """Who is in the incidents that fit the filters, each with their part. One query."""
    people: dict[UUID, list[str]] = {}
    rows = Involvement.objects.filter(
        school_id=viewer.school_id, incident__in=filtered(viewer, filters).values("pk"), until_revision__isnull=True
    ).order_by("part", "name", "pk")
    for incident_id, name, part in rows.values_list("incident_id", "name", "part"):
        people.setdefault(incident_id, []).append(f"{name} ({part})")
    return people
