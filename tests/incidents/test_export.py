"""The log as CSV and XLSX: which rows, which columns, who, and no cell that is a formula (threat T16)."""

# ruff: noqa: RUF001 - look-alikes of the signs are what is tested

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from incidents.models import Incident, Involvement
from incidents.resources import FORMATS, IncidentResource, exported
from incidents.services import exporting
from incidents.services.exporting import ExportRows
from schools.models import Person, School
from schools.roles import Role
from schools.rules.cells import CELL_MAX_LENGTH, safe_cell
from schools.services import adopt_pack
from tests import factories
from tests.factories.queries import queries_at_most
from tests.factories.rows import log_row, log_rows

EXPORT = reverse("incidents:export")
PAYLOADS = [
    "=1+1",
    "==1+1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://example.org","x")',
    "=IMPORTXML(1)",
    "@SUM(1)",
    "@",
    "+1+1",
    "+",
    "-1+1",
    "-",
    "- item",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    "\ttab",
    "\nline",
    " =1+1",
    "   \t =1+1",
    "\u00a0=1+1",
    "\u2003=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    '"=1+1"',
    "'=1+1",
    '" =1+1',
    "‘=1+1",
    "“=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    "﹢1",
    "﹣1",
    "﹫x",
    "−1+1",
    "–1",
    "\x00=1+1",
    "\x1f=1+1",
    "=" * 400,
    "=" + "x" * 40_000,
]
TEXT_COLUMNS = ["Reference", "Types", "Where", "Involved", "People", "Areas of risk"]
SIGNS = set("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫−–")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> tuple[list[list[Any]], list[list[Any]]]:
    """The cells, and their values, without the header."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    return [list(row) for row in rows], [[cell.value for cell in row] for row in rows]


def hostile(jo: Person, payload: str, number: int) -> tuple[Incident, dict[Any, list[str]]]:
    row = log_row(
        jo,
        number,
        types=[payload],
        location=payload,
        involved=[payload],
        risk_areas=[payload],
        happened_on=date(2026, 3, 2),
        recorded_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    row.reference = payload
    return row, {row.pk: [payload]}


def test_no_payload_becomes_a_formula_in_any_text_column(jo: Person) -> None:
    assert len(PAYLOADS) >= 40
    made = [hostile(jo, payload, number) for number, payload in enumerate(PAYLOADS)]
    rows = ExportRows([row for row, _ in made], {key: value for _, each in made for key, value in each.items()})
    cells, values = read_xlsx(exported(rows, FORMATS["xlsx"]))
    header = values[0]
    assert len(cells) == len(PAYLOADS) + 1
    assert [cell.coordinate for row in cells for cell in row if cell.data_type == "f"] == []
    lines = read_csv(exported(rows, FORMATS["csv"]))
    assert len(lines) == len(PAYLOADS)
    for position, payload in enumerate(PAYLOADS):
        for column in TEXT_COLUMNS:
            kept = values[position + 1][header.index(column)]
            assert cells[position + 1][header.index(column)].data_type == "s", (payload, column)
            for text in (kept, lines[position][column]):
                assert text[0] == "'", (payload, column, text[:20])


def test_other_separators_cut_no_cell_in_two(jo: Person) -> None:
    row, people = hostile(jo, "harmless;=1+1\t=2+2,=3+3", 1)
    text = exported(ExportRows([row], people), FORMATS["csv"]).decode("utf-8-sig")
    assert '"harmless;=1+1\t=2+2,=3+3"' in text


@given(st.text(max_size=60))
def test_a_cell_never_begins_with_a_sign(text: str) -> None:
    cell = safe_cell(text)
    assert not cell or cell[0] not in SIGNS
    assert safe_cell(cell) == cell or cell[0] in "'\"‘“"
    if cell == text:
        openpyxl.Workbook().active.append([cell])  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "Sam Reed", "5 - 3", "a=b", "O'Reed", "“quoted”", "1. first", "é", "🙂", "(=1)"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_a_text_that_no_cell_holds_is_cut_and_says_so() -> None:
    cell = safe_cell("x" * 50_000)
    assert len(cell) == CELL_MAX_LENGTH
    assert cell.endswith("[…]")


def test_numbers_and_days_are_numbers_and_days(jo: Person) -> None:
    row = log_row(
        jo,
        1,
        happened_on=date(2026, 7, 2),
        logged_at=datetime(2026, 7, 2, 9, 30, tzinfo=UTC),
        revision=3,
        safeguarding=True,
    )
    cells, values = read_xlsx(exported(ExportRows([row], {}), FORMATS["xlsx"]))
    line = dict(zip(values[0], cells[1], strict=True))
    assert line["Happened on"].value == datetime(2026, 7, 2)  # noqa: DTZ001 - a cell has no zone
    assert line["Reported"].value == datetime(2026, 7, 2, 10, 30)  # noqa: DTZ001 - the school's own clock
    assert line["Version"].value == 3
    assert line["Version"].data_type == "n"
    assert line["Safeguarding"].value == "yes"
    assert line["Recorded"].value is None
    found = read_csv(exported(ExportRows([row], {}), FORMATS["csv"]))[0]
    assert found["Happened on"] == "2026-07-02"
    assert found["Reported"] == "2026-07-02 10:30:00"


def test_the_columns_are_those_listed(jo: Person) -> None:
    names = [field.column_name for field in IncidentResource(ExportRows([], {})).get_export_fields()]
    assert names == [
        "Reference",
        "Status",
        "Happened on",
        "Reported",
        "Recorded",
        "Due to the authority",
        "Version sent",
        "Version",
        "Closed",
        "Types",
        "Where",
        "Involved",
        "People",
        "Deliberate",
        "Accidental",
        "Areas of risk",
        "Safeguarding",
        "Form edition",
    ]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_filtered_rows_leave_with_labels_and_names(jo: Person, client: Client, file_format: str) -> None:
    by = factories.viewer(jo)
    people = [{"person_id": "", "name": "=Sam Reed", "group": "5B", "kind": "pupil", "part": "affected"}]
    wanted = factories.report(by, types=["grooming", "bullying"], people=people)
    factories.report(by, types=["gambling"])
    view = client.post(reverse("incidents:log_filter"), {"type": "grooming"})["Location"].partition("view=")[2]
    response = client.post(EXPORT, {"format": file_format, "view": view})
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="incident-log-')
    assert "no-store" in response["Cache-Control"]
    if file_format == "csv":
        lines = read_csv(response.content)
    else:
        values = read_xlsx(response.content)[1]
        lines = [dict(zip(values[0], row, strict=True)) for row in values[1:]]
    assert len(lines) == 1
    assert lines[0]["Reference"] == wanted.reference
    assert lines[0]["Types"] == "online grooming; bullying or harassment (online bullying)"
    assert lines[0]["Where"] == "In school/service setting"
    assert lines[0]["People"] == "'=Sam Reed (affected)"
    assert lines[0]["Status"] == "reported"


def test_each_row_leaves_under_its_own_edition(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    adopt_pack(by=by, code="camden_2012", version=1)
    factories.report(by)
    adopt_pack(by=by, code="camden_2021", version=1)
    line = read_csv(client.post(EXPORT, {"format": "csv"}).content)[0]
    assert line["Types"] == "bullying or harassment (cyber bullying)"
    assert line["Form edition"] == "camden_2012 v1"


def test_an_export_is_on_the_audit_trail_and_says_nothing_of_whom(jo: Person, client: Client) -> None:
    log_rows(jo, 2)
    view = client.post(reverse("incidents:log_filter"), {"words": "samira"})["Location"].partition("view=")[2]
    client.post(EXPORT, {"format": "xlsx", "view": view})
    entry = Entry.objects.get(action="log.exported")
    assert entry.detail == {"rows": 0, "format": "xlsx", "narrowed": True}
    assert entry.actor_id == jo.user_id


def test_without_its_audit_row_nothing_leaves(jo: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(exporting.audit, "record", broken)
    client.raise_request_exception = False
    assert client.post(EXPORT, {"format": "csv"}).status_code == 500


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.COORDINATOR, 200), (Role.HEAD_TEACHER, 200), (Role.DSL, 403), (Role.DEPUTY_DSL, 403), (Role.STAFF, 403)],
)
def test_who_may_export(of: School, role: Role, status: int) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    assert client.post(EXPORT, {"format": "csv"}).status_code == status
    if role is Role.DSL:
        assert "incidents/export" not in client.get(reverse("incidents:log")).content.decode()


def test_too_many_rows_are_refused_in_words(jo: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "EXPORT_MAX_ROWS", 3)
    log_rows(jo, 3)
    assert client.post(EXPORT, {"format": "csv"}).status_code == 200
    Incident.objects.bulk_create([log_row(jo, 50)])
    page = client.post(EXPORT, {"format": "csv"}, follow=True).content.decode()
    assert "An export takes at most 3 incidents." in page
    assert Entry.objects.filter(action="log.exported").count() == 1


def test_an_unknown_format_is_refused_in_words(client: Client) -> None:
    assert "Choose CSV or Excel." in client.post(EXPORT, {"format": "../x"}, follow=True).content.decode()
    assert client.get(EXPORT).status_code == 405


def test_another_schools_people_are_not_in_it(jo: Person, client: Client) -> None:
    other = factories.viewer(factories.coordinator(factories.school("Hillside School")))
    factories.report(other, people=[{"person_id": "", "name": "Zed", "group": "", "kind": "other", "part": "witness"}])
    assert Involvement.objects.count() == 1
    assert b"Zed" not in client.post(EXPORT, {"format": "csv"}).content


def test_its_cost_does_not_grow(jo: Person, client: Client) -> None:
    log_rows(jo, 300)
    with queries_at_most(12):
        client.post(EXPORT, {"format": "csv"})
