"""Who may not have access yet, as a table in a file, with no cell that a program takes for a formula (threat T16)."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from import_export import resources
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from tablib import Dataset

from aup.selectors.outstanding import NoAccessLine
from schools.rules.cells import name_cell


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


class SafeCsv(CSV):  # type: ignore[misc]
    """CSV with every text in quotation marks, so that no other separator cuts a cell in two; read as UTF-8 by Excel."""

    def export_data(self, dataset: Dataset, **options: Any) -> bytes:
        text: str = super().export_data(dataset, quoting=csv.QUOTE_NONNUMERIC)
        return text.encode("utf-8-sig")


class SafeXlsx(XLSX):  # type: ignore[misc]
    """XLSX in which every cell is text."""

    def export_data(self, dataset: Dataset, **options: Any) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("No access yet")
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, header, bold=True) for header in dataset.headers])
        for row in dataset:
            sheet.append([_cell(sheet, value) for value in row])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def _cell(sheet: Any, value: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that the list can leave as."""

    extension: str
    media_type: str
    writer: CSV | XLSX


FORMATS = {
    "csv": FileFormat("csv", "text/csv; charset=utf-8", SafeCsv()),
    "xlsx": FileFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", SafeXlsx()),
}


def exported(lines: Iterable[NoAccessLine], file_format: FileFormat) -> bytes:
    """The lines as the bytes of a file."""
    content: bytes = file_format.writer.export_data(NoAccessResource().export(list(lines)))
    return content
