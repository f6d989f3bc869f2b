"""Who may not have access yet, as a table in a file, with no cell that a program takes for a formula (threat T16)."""

from collections.abc import Iterable
from typing import Any

from import_export import resources
from import_export.fields import Field

from aup.selectors.outstanding import NoAccessLine
from schools.rules.cells import name_cell
from schools.tables import FileFormat, formats


class NoAccessResource(resources.Resource):  # type: ignore[misc]
    """One person a row: name, and class or role. The columns are listed here and nowhere else."""

    family_name = Field(attribute="family_name", column_name="Family name")
    given_name = Field(attribute="given_name", column_name="Given name")
    group = Field(attribute="group", column_name="Class or role")
    kind = Field(attribute="kind", column_name="Is")

    class Meta:
        export_order = ("family_name", "given_name", "group", "kind")

    def export_field(self, field: Field, instance: NoAccessLine, **options: Any) -> str:
        """The one way into a cell."""
        return name_cell(str(getattr(instance, field.attribute)))


FORMATS = formats("No access yet")


def exported(lines: Iterable[NoAccessLine], file_format: FileFormat) -> bytes:
    """The lines as the bytes of a file."""
    content: bytes = file_format.writer.export_data(NoAccessResource().export(list(lines)))
    return content
