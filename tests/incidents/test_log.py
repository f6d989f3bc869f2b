"""The log: who sees it, filters, search, pages by key, counts. Duty R8 (CC 4.1, CM 4.1, NS 4.2)."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from incidents.selectors import log
from incidents.selectors.log import Filters, decode_key, log_page
from incidents.services.recording import save_page
from incidents.views import saved_views
from schools.models import Person, School
from schools.roles import Role
from schools.services import adopt_pack
from tests import factories
from tests.factories.queries import queries_at_most
from tests.factories.rows import log_row, log_rows

LOG = reverse("incidents:log")
NARROW = reverse("incidents:log_filter")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def narrowed(client: Client, **typed: str) -> str:
    response = client.post(NARROW, typed, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def references(page: str) -> list[str]:
    return re.findall(r'class="reference" href="[^"]+">([^<]+)<', page)


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DSL, Role.DEPUTY_DSL, Role.HEAD_TEACHER])
def test_who_reads_incidents_sees_the_log(of: School, jo: Person, role: Role) -> None:
    made = factories.report(factories.viewer(jo))
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    assert made.reference in client.get(LOG).content.decode()


@pytest.mark.parametrize(
    "role",
    [
        Role.STAFF,
        Role.NETWORK_MANAGER,
        Role.SCHOOL_OFFICE,
        Role.GOVERNOR,
        Role.RESOURCES_CHAIR,
        Role.PARENT,
        Role.PUPIL,
    ],
)
def test_nobody_else_does(of: School, role: Role) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    assert client.get(LOG).status_code == 403
    assert client.post(NARROW, {"words": "x"}).status_code == 403
    assert client.post(reverse("incidents:export"), {"format": "csv"}).status_code == 403


def test_a_stranger_is_asked_to_log_in(db: None) -> None:
    assert Client().get(LOG)["Location"].startswith(reverse("login"))


def test_another_schools_incidents_are_not_there(client: Client) -> None:
    theirs = factories.report(factories.viewer(factories.coordinator(factories.school("Hillside School"))))
    assert theirs.reference not in client.get(LOG).content.decode()
    assert references(narrowed(client, words=theirs.reference)) == []


def test_a_subject_sees_nothing_of_the_case(of: School, jo: Person, client: Client) -> None:
    head = factories.person(of, "Ada Bell", Role.HEAD_TEACHER)
    about = factories.incident(factories.viewer(jo), description="A unicorn in the hall.")
    people = [{"person_id": str(head.pk), "name": "Ada Bell", "group": "", "kind": "staff", "part": "subject"}]
    theirs = factories.log_in(head)
    chairs = factories.log_in(factories.person(of, "Lee Abara", Role.CHAIR_OF_GOVERNORS))
    assert about.reference in theirs.get(LOG).content.decode()
    save_page(
        by=factories.viewer(jo),
        incident_id=about.pk,
        page_code="people",
        version=about.revision,
        answers={"people": people},
        confirmed=True,
    )
    shown = theirs.get(LOG).content.decode()
    assert about.reference not in shown
    assert "No incident is on the log" in shown
    for words in ("unicorn", about.reference, "Bell"):
        found = narrowed(theirs, words=words)
        assert about.reference not in found.replace(f"“{about.reference}”", "").replace(
            f'value="{about.reference}"', ""
        )
        assert "Nothing fits these filters" in found
    export = theirs.post(reverse("incidents:export"), {"format": "csv"}).content.decode("utf-8-sig")
    assert about.reference not in export
    # Past the co-ordinator too: it is the chair's now.
    assert about.reference not in client.get(LOG).content.decode()
    assert about.reference in chairs.get(LOG).content.decode()


def test_drafts_are_not_on_the_log(of: School, jo: Person, client: Client) -> None:
    Incident.objects.bulk_create([log_row(jo, 1, status="draft", revision=0)])
    assert "No incident is on the log" in client.get(LOG).content.decode()


# --- filters ---------------------------------------------------------------------------------------------------------

VARIED: list[dict[str, Any]] = [
    {"happened_on": date(2026, 3, 1), "types": ["bullying"], "location": "in_setting", "involved": ["child"]},
    {"happened_on": date(2026, 3, 2), "types": ["grooming", "hacking"], "location": "outside_setting"},
    {"happened_on": date(2026, 3, 3), "deliberate": True, "risk_areas": ["contact"], "involved": ["staff", "other"]},
    {"happened_on": date(2026, 3, 4), "accidental": True, "risk_areas": ["content"], "types": ["drug_bomb_making"]},
    {
        "status": "closed",
        "recorded_at": datetime(2026, 3, 5, tzinfo=UTC),
        "due_at": datetime(2026, 3, 6, tzinfo=UTC),
        "closed_at": datetime(2026, 3, 7, tzinfo=UTC),
        "sent_revision": 1,
    },
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"since_day": "2", "since_month": "3", "since_year": "2026"}, {1, 2, 3}),
        ({"until_day": "2", "until_month": "3", "until_year": "2026"}, {0, 1}),
        (
            {
                "since_day": "2",
                "since_month": "3",
                "since_year": "2026",
                "until_day": "3",
                "until_month": "3",
                "until_year": "2026",
            },
            {1, 2},
        ),
        ({"type": "bullying"}, {0}),
        ({"type": "hacking"}, {1}),
        ({"type": "drug_bomb_making"}, {3}),  # only the earlier edition has it
        ({"location": "outside_setting"}, {1}),
        ({"involved": "child"}, {0}),
        ({"involved": "staff"}, {2}),
        ({"intent": "deliberate"}, {2}),
        ({"intent": "accidental"}, {3}),
        ({"status": "reported"}, {0, 1, 2, 3}),
        ({"status": "closed"}, {4}),
        ({"status": "open"}, {0, 1, 2, 3}),
        ({"risk_area": "contact"}, {2}),
        ({"risk_area": "contact", "intent": "accidental"}, set()),
    ],
)
def test_filters(jo: Person, client: Client, typed: dict[str, str], expected: set[int]) -> None:
    rows = Incident.objects.bulk_create(log_row(jo, number, **each) for number, each in enumerate(VARIED))
    page = narrowed(client, **typed)
    assert set(references(page)) == {rows[number].reference for number in expected}
    if expected:
        assert f"{len(expected)} incident" in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"since_day": "31", "since_month": "2", "since_year": "2026"}, "That day does not exist."),
        ({"since_day": "3"}, "Give the month and the year as well."),
        ({"until_day": "x", "until_month": "ä", "until_year": "2026"}, "That day does not exist."),
        (
            {
                "since_day": "3",
                "since_month": "3",
                "since_year": "2026",
                "until_day": "2",
                "until_month": "3",
                "until_year": "2026",
            },
            "The last day is before the first one.",
        ),
        ({"type": "'; DROP TABLE"}, "Choose one of the options shown."),
        ({"status": "draft"}, "Choose one of the options shown."),
        ({"intent": "school_id"}, "Choose one of the options shown."),
        ({"words": "x" * 201}, "Search for at most 200 characters."),
        ({"words": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_gets_a_message_and_nothing_typed_is_lost(
    client: Client, typed: dict[str, str], message: str
) -> None:
    response = client.post(NARROW, typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert "There is a problem" in page
    for name, value in typed.items():
        if name.endswith(("_day", "_month", "_year")):
            assert re.search(rf'name="{name}"\s+value="{value}"', page)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["words", "since_day", "since_year", "type", "status", "drop", "view", "involved"]),
        st.text(max_size=30),
    )
)
def test_whatever_is_posted_no_error_of_ours(client: Client, typed: dict[str, str]) -> None:
    assert client.post(NARROW, typed).status_code in {302, 422}


def test_what_is_searched_for_is_never_in_an_address(client: Client) -> None:
    response = client.post(NARROW, {"words": "Sam Reed", "type": "bullying"})
    assert re.fullmatch(rf"{LOG}\?view=[\w-]{{12}}", response["Location"])
    page = client.get(response["Location"]).content.decode()
    for address in re.findall(r'(?:href|action)="([^"]+)"', page):
        assert "Sam" not in re.sub(r"(?<=[?&]view=)[\w-]{12}", "", address)
        assert "bullying" not in address
    assert "Search: “Sam Reed”" in page


def test_a_filter_is_taken_off(jo: Person, client: Client) -> None:
    view = client.post(NARROW, {"words": "phone", "status": "closed"})["Location"].partition("view=")[2]
    page = client.post(NARROW, {"view": view, "drop": "status"}, follow=True).content.decode()
    assert "Search: “phone”" in page
    assert "Status: closed" not in page
    view = client.post(NARROW, {"words": "phone"})["Location"].partition("view=")[2]
    assert client.post(NARROW, {"view": view, "drop": "words"})["Location"] == LOG


def test_ten_views_are_kept_and_only_for_their_school(jo: Person, client: Client) -> None:
    names = [client.post(NARROW, {"words": f"word{number}"})["Location"].partition("view=")[2] for number in range(12)]
    by = factories.viewer(jo)
    session = client.session
    assert saved_views.find(session, by, names[1]) == Filters()
    assert saved_views.find(session, by, names[2]) == Filters(words="word2")
    elsewhere = factories.viewer(factories.coordinator(factories.school("Hillside School")))
    assert saved_views.find(session, elsewhere, names[11]) == Filters()


def test_dates_come_back_from_the_session(jo: Person, client: Client) -> None:
    typed = {"since_day": "2", "since_month": "3", "since_year": "2026"}
    view = client.post(NARROW, typed)["Location"].partition("view=")[2]
    assert saved_views.find(client.session, factories.viewer(jo), view) == Filters(since=date(2026, 3, 2))


def test_a_view_that_is_gone_shows_the_whole_log(jo: Person, client: Client) -> None:
    log_rows(jo, 1)
    assert "1 incident" in client.get(LOG, {"view": "gone", "after": "rubbish"}).content.decode()


def test_the_search_above_every_page_is_posted(client: Client) -> None:
    page = client.get(reverse("incidents:today")).content.decode()
    form = re.search(r"<form[^>]+top-search.*?</form>", page, re.S)
    assert form
    assert 'method="post"' in form[0]
    assert f'action="{NARROW}"' in form[0]
    assert 'name="words"' in form[0]


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(jo: Person) -> Incident:
    by = factories.viewer(jo)
    made = factories.incident(by, description="Pictures were shared in the corridor.", types=["grooming"])
    factories.incident(by, description="Something else altogether.")
    people = [{"person_id": "", "name": "Samira O'Reed", "group": "5B", "kind": "pupil", "part": "affected"}]
    return save_page(by=by, incident_id=made.pk, page_code="people", version=made.revision, answers={"people": people})


@pytest.mark.parametrize(
    "words",
    ["sharing picture", "CORRIDOR", "samira", "o'reed", "grooming", '"shared in the corridor"', "corridor -altogether"],
)
def test_words_names_and_types_are_found(told: Incident, client: Client, words: str) -> None:
    assert references(narrowed(client, words=words)) == [told.reference]


@pytest.mark.parametrize("change", [str, str.lower, lambda text: text.replace("-", ""), lambda text: f" {text} "])
def test_a_reference_is_found_however_it_is_typed(told: Incident, client: Client, change: Any) -> None:
    assert references(narrowed(client, words=change(told.reference))) == [told.reference]


@pytest.mark.parametrize("words", ["elephant", "corridor elephant", "the", "'", '"', "!!! & | <-> :*", "\\", "%"])
def test_what_is_not_there_is_not_found(told: Incident, client: Client, words: str) -> None:
    assert references(narrowed(client, words=words)) == []


def test_a_name_that_was_taken_out_is_not_found(told: Incident, jo: Person, client: Client) -> None:
    save_page(
        by=factories.viewer(jo), incident_id=told.pk, page_code="people", version=told.revision, answers={"people": []}
    )
    assert references(narrowed(client, words="samira")) == []


# --- pages, counts, cost ---------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 4), max_size=23), st.integers(1, 5))
def test_every_row_once_whichever_way_one_walks(
    jo: Person, monkeypatch: pytest.MonkeyPatch, moments: list[int], size: int
) -> None:
    """Many rows were logged at the same moment."""
    monkeypatch.setattr(log, "PAGE_SIZE", size)
    start = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    rows = Incident.objects.bulk_create(
        log_row(jo, number, logged_at=start + timedelta(minutes=each)) for number, each in enumerate(moments)
    )
    try:
        expected = [row.pk for row in sorted(rows, key=lambda row: (row.logged_at, row.pk), reverse=True)]
        by = factories.viewer(jo)
        page = log_page(viewer=by, filters=Filters())
        assert page.newer == ""
        pages = [page]
        while page.older:
            page = log_page(viewer=by, filters=Filters(), key=decode_key(page.older))
            pages.append(page)
        assert [row.incident_id for each in pages for row in each.rows] == expected
        for before, after in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
            assert log_page(viewer=by, filters=Filters(), key=decode_key(after.newer)).rows == before.rows
    finally:
        Incident.objects.filter(school_id=jo.school_id).delete()


def test_one_walks_by_links(jo: Person, client: Client) -> None:
    rows = log_rows(jo, 120, types=["bullying"])
    seen: list[str] = []
    page = narrowed(client, type="bullying")
    assert "50 of 120 incidents" in page
    for _ in range(3):
        seen += references(page)
        older = re.search(r'rel="next"\s+href="([^"]+)"', page)
        if older:
            page = client.get(older[1].replace("&amp;", "&")).content.decode()
    assert sorted(seen) == sorted(row.reference for row in rows)


@pytest.mark.parametrize("key", ["", "x", "b2xkZXI", "b2xkZXJ8MjAyNnx4", "%00", "ÿ", "A" * 5000])
def test_a_key_that_is_none_of_ours_is_the_first_page(jo: Person, client: Client, key: str) -> None:
    log_rows(jo, 2)
    assert len(references(client.get(LOG, {"after": key}).content.decode())) == 2


def test_a_count_stops(jo: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "COUNT_CAP", 60)
    log_rows(jo, 60)
    assert "50 of 60 incidents" in client.get(LOG).content.decode()
    Incident.objects.bulk_create([log_row(jo, 100)])
    assert "50 of 60+ incidents" in client.get(LOG).content.decode()


def test_a_thousand_are_counted_and_250_where_words_are_looked_for(
    jo: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (log.COUNT_CAP, log.FOUND_CAP) == (1_000, 250)
    monkeypatch.setattr(log, "FOUND_CAP", 55)
    made = log_rows(jo, 60)
    assert "50 of 60 incidents" in client.get(LOG).content.decode()
    Incident.objects.filter(pk__in=[each.pk for each in made]).update(
        search=SearchVector(Value("tablet"), config="english")
    )
    assert "50 of 55+ incidents" in narrowed(client, words="tablet")


def test_it_costs_nine_queries_however_long_it_is(jo: Person, client: Client) -> None:
    log_rows(jo, 3)
    with queries_at_most(9):
        client.get(LOG)
    Incident.objects.all().delete()
    log_rows(jo, 160)
    with queries_at_most(9):
        page = client.get(LOG).content.decode()
    older = re.search(r'rel="next"\s+href="([^"]+)"', page)
    assert older
    with queries_at_most(9):
        page = client.get(older[1]).content.decode()
    newer = re.search(r'rel="prev"\s+href="([^"]+)"', page)
    assert newer
    with queries_at_most(9):
        client.get(newer[1])
    view = client.post(NARROW, {"words": "phone", "type": "bullying"})["Location"]
    with queries_at_most(9):
        client.get(view)


def test_each_row_reads_as_its_own_edition(of: School, jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    adopt_pack(by=by, code="camden_2012", version=1)
    factories.report(by, types=["bullying"])
    adopt_pack(by=by, code="camden_2021", version=1)
    page = client.get(LOG).content.decode()
    assert "cyber bullying" in page.partition("<tbody>")[2]


def test_the_clock_is_shown_until_it_was_sent(jo: Person, client: Client) -> None:
    now = datetime.now(UTC)
    clock = {"status": "recorded", "recorded_at": now, "due_at": now + timedelta(hours=20)}
    late = {"status": "recorded", "recorded_at": now, "due_at": now - timedelta(hours=2, minutes=3)}
    sent = {"status": "in_progress", "recorded_at": now, "due_at": now - timedelta(hours=9), "sent_revision": 1}
    changed = {**sent, "revision": 2}
    Incident.objects.bulk_create(
        log_row(jo, number, **each) for number, each in enumerate([clock, late, sent, changed])
    )
    page = client.get(LOG).content.decode()
    assert "19\u00a0hours, 59\u00a0minutes left" in page
    assert "Overdue by 2\u00a0hours, 3\u00a0minutes" in page
    assert page.count("data-due") == 2
    assert "Update to send" in page


def test_the_page_is_kept_by_no_browser_and_its_title_says_nothing(jo: Person, client: Client) -> None:
    made = factories.report(factories.viewer(jo))
    response = client.get(LOG)
    assert "no-store" in response["Cache-Control"]
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.S)
    assert title
    assert made.reference not in title[1]


def test_what_people_typed_is_shown_as_text(jo: Person, client: Client) -> None:
    page = narrowed(client, words="<script>alert(1)</script>")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_unknown_ids_are_not_confused_with_rows(client: Client) -> None:
    assert client.get(reverse("incidents:incident", args=[uuid.uuid4()])).status_code == 404
