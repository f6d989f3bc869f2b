"""Who may not have access yet, on the page and as a file without formulas (threat T16). Duty A1 (CM 3.3, NS 7.2)."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.resources import FORMATS, exported
from aup.selectors.outstanding import NoAccessLine, no_access_page
from aup.services.signing import Intent, refuse
from schools.models import Person
from schools.roles import Role
from schools.rules.cells import name_cell
from schools.viewer import NotAllowed
from tests import factories
from tests.aup.asked import DAY, Asked
from tests.factories.agreements import YES_TO_ALL
from tests.factories.queries import queries_at_most
from tests.incidents.test_export import PAYLOADS

pytestmark = pytest.mark.django_db
PAGE, EXPORT = "aup:no_access", "aup:no_access_export"


@pytest.fixture
def there() -> Asked:
    return Asked()


@pytest.fixture
def manager(there: Asked) -> Person:
    return factories.person(there.school, "Ian Wire", Role.NETWORK_MANAGER)


def listed(who: Person) -> list[tuple[str, str, str]]:
    lines = no_access_page(viewer=factories.viewer(who)).lines
    return [(each.given_name, each.group, each.kind) for each in lines]


def test_whoever_has_something_that_is_not_done_is_on_it(there: Asked, manager: Person) -> None:
    signer, child = there.family(0)
    there.family(1, class_name="6A")
    refuser, refused = there.family(2)
    _, leaver = there.family(3)
    factories.signature(there.version, signer, child)
    refuse(by=factories.signer(refuser), intent=Intent(there.version.pk, refused.pk, "ParentC Olorun"))
    leaver.pupil.left_on = timezone.localdate() - DAY
    leaver.pupil.save()
    factories.published(there.school, "visitor")
    factories.person(there.school, "Vic Lane", Role.VISITOR)
    denier, denied = there.family(4, class_name="6A")
    no_internet = YES_TO_ALL | {"internet_access": False}
    factories.signature(there.version, denier, denied, consents=no_internet)
    viewer = factories.viewer(manager)
    with queries_at_most(11):
        no_access_page(viewer=viewer)
    found = listed(manager)
    assert found == [
        ("ChildC", "5B", "pupil"),
        ("ChildB", "6A", "pupil"),
        ("ChildE", "6A", "pupil"),
        ("Vic", "Visitors and volunteers", "visitor"),
    ]


def test_only_the_network_manager_and_the_co_ordinator_see_it(there: Asked) -> None:
    assert no_access_page(viewer=there.by).lines == ()
    for role in (Role.STAFF, Role.SCHOOL_OFFICE, Role.HEAD_TEACHER, Role.GOVERNOR):
        who = factories.viewer(factories.person(there.school, "Mei Hart", role))
        with pytest.raises(NotAllowed):
            no_access_page(viewer=who)


def test_the_page_and_its_files(there: Asked, manager: Person) -> None:
    client = factories.log_in(manager)
    assert "Everybody may have access" in client.get(reverse(PAGE)).content.decode()
    there.family(0)
    there.family(1)
    text = client.get(reverse(PAGE)).content.decode()
    assert "ChildA Olorun" in text
    assert "5B: 2" in text
    response = client.post(reverse(EXPORT), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == {"Family name": "Olorun", "Given name": "ChildA", "Class or role": "5B", "Is": "pupil"}
    assert len(rows) == 2
    assert "attachment" in response.headers["Content-Disposition"]
    response = client.post(reverse(EXPORT), {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows(min_row=3))] == ["Olorun", "ChildB", "5B", "pupil"]
    entries = Entry.objects.filter(action="no_access.exported").order_by("at")
    assert [each.detail for each in entries] == [{"people": 2, "format": "csv"}, {"people": 2, "format": "xlsx"}]


def test_the_file_is_asked_for_by_post_in_a_known_format(there: Asked, manager: Person) -> None:
    client = factories.log_in(manager)
    assert client.get(reverse(EXPORT)).status_code == 405
    response = client.post(reverse(EXPORT), {"format": "exe"})
    assert (response.status_code, response.headers["Location"]) == (302, reverse(PAGE))
    assert not Entry.objects.filter(action="no_access.exported").exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula(payload: str) -> None:
    line = NoAccessLine(payload, "Sam", "pupil", payload)
    [row] = csv.DictReader(io.StringIO(exported([line], FORMATS["csv"]).decode("utf-8-sig"), newline=""))
    assert row["Family name"].startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(exported([line], FORMATS["xlsx"]))).active
    assert sheet is not None
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_a_name_stays_what_it_is() -> None:
    for name in ("Olorun", "Ó Briain", "山田", "5B", "d'Arcy", "Ann-Marie", ""):
        assert name_cell(name) == name
    assert name_cell("-1") == "'-1"
