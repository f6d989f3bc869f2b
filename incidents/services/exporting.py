"""Taking the log out of the system: counted, limited, audited."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from audit import services as audit
from incidents.models import Incident
from incidents.selectors.exporting import export_count, export_rows, people_of
from incidents.selectors.log import Filters
from schools.roles import Permission
from schools.viewer import Viewer

EXPORT_MAX_ROWS = 20_000


class TooManyRows(ValueError):
    """More incidents than one export takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"An export takes at most {limit:,} incidents. Narrow the log, for example to one school year."
        )


@dataclass(frozen=True, slots=True)
class ExportRows:
    """The incidents of an export, newest first, and who is in each."""

    incidents: list[Incident]
    people: dict[UUID, list[str]]


def rows_for_export(*, by: Viewer, filters: Filters, file_format: str) -> ExportRows:
    """The filtered rows for a file, and an audit row that says who took them out. Duty R8 (CC 4.1). Four queries.

    Raises NotAllowed, TooManyRows. The audit row holds how many and in which format, never what was searched for.
    """
    by.must(Permission.EXPORT_INCIDENTS)
    with transaction.atomic():
        if export_count(viewer=by, filters=filters, limit=EXPORT_MAX_ROWS) > EXPORT_MAX_ROWS:
            raise TooManyRows(EXPORT_MAX_ROWS)
        incidents = export_rows(viewer=by, filters=filters, limit=EXPORT_MAX_ROWS)
        people = people_of(viewer=by, filters=filters)
        audit.record(
            "log.exported",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="log",
            detail={"rows": len(incidents), "format": file_format, "narrowed": not filters.is_empty},
        )
    return ExportRows(incidents, people)
