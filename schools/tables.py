"""Tables that leave as files: CSV and XLSX in which no cell is ever a formula (threat T16)."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from import_export.formats.base_formats import CSV, XLSX
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from tablib import Dataset


class SafeCsv(CSV):  # type: ignore[misc]
    """CSV with every text in quotation marks, so that no other separator cuts a cell in two; read as UTF-8 by Excel."""

    def export_data(self, dataset: Dataset, **options: Any) -> bytes:
        text: str = super().export_data(dataset, quoting=csv.QUOTE_NONNUMERIC)
        return text.encode("utf-8-sig")


class SafeXlsx(XLSX):  # type: ignore[misc]
    """XLSX in which every text is a string cell: the library would make a formula of one that begins with ``=``."""

    def __init__(self, title: str) -> None:
        self.title = title

    def export_data(self, dataset: Dataset, **options: Any) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(self.title)
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, header, bold=True) for header in dataset.headers])
        for row in dataset:
            sheet.append([_cell(sheet, value) for value in row])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    return cell


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that a table can leave as."""

    extension: str
    media_type: str
    writer: CSV | XLSX


def formats(title: str) -> Mapping[str, FileFormat]:
    """The kinds of file for a table of this title, by the name that a page asks by."""
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {
        "csv": FileFormat("csv", "text/csv; charset=utf-8", SafeCsv()),
        "xlsx": FileFormat("xlsx", spreadsheet, SafeXlsx(title)),
    }
