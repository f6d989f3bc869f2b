"""The log as a table in a file: which columns, what stands in them, and that no cell is ever a formula (threat T16)."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from import_export import resources
from import_export.fields import Field

from incidents.models import Incident, Status
from incidents.selectors.log import labels_of
from incidents.services.exporting import ExportRows
from schools.rules.cells import safe_cell
from schools.tables import FileFormat, formats

Cell = str | int | date | datetime | None


class IncidentResource(resources.ModelResource):  # type: ignore[misc]
    """One incident a row. The columns are listed here and nowhere else; a new field of the model is not exported."""

    reference = Field(column_name="Reference")
    status = Field(column_name="Status")
    happened_on = Field(column_name="Happened on")
    logged_at = Field(column_name="Reported")
    recorded_at = Field(column_name="Recorded")
    due_at = Field(column_name="Due to the authority")
    sent_revision = Field(column_name="Version sent")
    revision = Field(column_name="Version")
    closed_at = Field(column_name="Closed")
    types = Field(column_name="Types")
    location = Field(column_name="Where")
    involved = Field(column_name="Involved")
    people = Field(column_name="People")
    deliberate = Field(column_name="Deliberate")
    accidental = Field(column_name="Accidental")
    risk_areas = Field(column_name="Areas of risk")
    safeguarding = Field(column_name="Safeguarding")
    edition = Field(column_name="Form edition")

    class Meta:
        model = Incident
        fields = (
            "reference",
            "status",
            "happened_on",
            "logged_at",
            "recorded_at",
            "due_at",
            "sent_revision",
            "revision",
            "closed_at",
            "types",
            "location",
            "involved",
            "people",
            "deliberate",
            "accidental",
            "risk_areas",
            "safeguarding",
            "edition",
        )
        export_order = fields

    def __init__(self, rows: ExportRows) -> None:
        super().__init__()
        self.rows = rows

    def export_field(self, field: Field, instance: Incident, **options: Any) -> Cell:
        """The one way into a cell: text is made safe, numbers and dates stay what they are."""
        value = self._value(self.get_field_name(field), instance)
        if isinstance(value, datetime):
            return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return safe_cell(value) if isinstance(value, str) else value

    def _value(self, name: str, incident: Incident) -> Any:
        labels = labels_of(incident.pack_code, incident.pack_version)
        match name:
            case "types" | "involved" | "risk_areas":
                return "; ".join(labels[name].get(code, code) for code in getattr(incident, name))
            case "location":
                return labels[name].get(incident.location, incident.location)
            case "status":
                return Status(incident.status).label
            case "people":
                return "; ".join(self.rows.people.get(incident.pk, ()))
            case "edition":
                return f"{incident.pack_code} v{incident.pack_version}"
            case _:
                return getattr(incident, name)


FORMATS = formats("Incident log")


def exported(rows: ExportRows, file_format: FileFormat) -> bytes:
    """The rows as the bytes of a file."""
    content: bytes = file_format.writer.export_data(IncidentResource(rows).export(rows.incidents))
    return content
