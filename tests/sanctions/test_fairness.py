"""Whether like cases were decided alike: figures, who sees them, and cases side by side. Duties S3, G2, R7."""

import os
import random
import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from audit.models import Entry
from incidents.models import CaseOf, Conflict
from incidents.selectors.fairness import NoSuchYear, fairness_page
from incidents.selectors.like_cases import PAGE_SIZE, Alike, decode_key, like_cases, like_options
from sanctions.rules.facts import NEEDS
from sanctions.rules.fairness import (
    LETTERS,
    NOTHING,
    WAYS,
    WITH,
    WITHOUT,
    Days,
    Figures,
    Line,
    figures,
    staff_figures,
)
from sanctions.rules.fairness import Alike as Counted
from sanctions.selectors.fairness import SchoolYear
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.factories.queries import queries_at_most
from tests.sanctions.decided import AUTUMN, Story, told

PAGE = reverse("incidents:fairness")
LIKE = reverse("incidents:like_cases")
TODAY = date(2026, 11, 20)
LAST_YEAR = SchoolYear(date(2025, 9, 1))
STORY = "The grandmother had died that week."


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def ada(of: School) -> Person:
    return factories.person(of, "Ada Quill", Role.HEAD_TEACHER)


@pytest.fixture
def sam(of: School) -> Person:
    return factories.pupil(of, "Sam Osgood")


@pytest.fixture
def gov(of: School) -> Viewer:
    return factories.viewer(factories.person(of, "Gil Stone", Role.GOVERNOR))


@pytest.fixture
def november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=True):
        yield


def page_of(who: Viewer, year: int | None = 2025) -> Figures:
    return fairness_page(viewer=who, today=TODAY, year=year).shown.pupils


def many(count: int, **changes: Any) -> list[Story]:
    return [Story(**changes) for _ in range(count)]


# --- the figures -----------------------------------------------------------------------------------------------------


def drawn(chance: random.Random) -> Story:
    """Any case of two school years, perhaps revised or quashed, before the end of its year or after it."""
    at = datetime(2024, 9, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(2 * 365 * 24 * 60))
    later: list[tuple[datetime, str, str]] = []
    moment = at
    for _ in range(chance.choice((0, 0, 0, 0, 1, 1, 2))):
        moment += timedelta(days=chance.randrange(1, 300))
        kind = chance.choice(("revised", "revised", "quashed"))
        later.append((moment, "" if kind == "quashed" else chance.choice("ABCD"), kind))
    return Story(
        proposed=chance.choice(("", "A", "B", "C", "C", "D")),
        decided=chance.choice(("", "A", "B", "C", "C", "D")),
        at=at,
        year_group=chance.choice(("", "Year 5", "Year 9", "Year 10", "Reception")),
        needs=tuple(need for need in NEEDS if chance.random() < 0.25),
        took=timedelta(hours=chance.randrange(1, 500)),
        later=tuple(later),
    )


def slowly(stories: list[Story], begins: datetime, end: datetime) -> tuple[list[Counted], Days]:
    """The same figures, one case after the other."""
    counted, took = [], []
    for story in stories:
        if not begins <= story.at < end:
            continue
        decided, kind = story.decided, "decided"
        for at, grade, what in story.later:
            if at < end:
                decided, kind = grade, what
        if kind != "quashed":
            counted.append(Counted(story.proposed, decided, story.year_group, frozenset(story.needs), 1))
            took.append((story, story.took))

    def middle(fits: Any) -> timedelta | None:
        found = sorted(each for story, each in took if fits(story))
        return timedelta(seconds=statistics.median(each.total_seconds() for each in found)) if found else None

    groups = {each.year_group for each in counted}
    by_need: dict[tuple[str, str], timedelta | None] = {}
    for need in NEEDS:
        by_need[need, WITH] = middle(lambda story, need=need: need in story.needs)
        by_need[need, WITHOUT] = middle(lambda story, need=need: need not in story.needs)
    by_group = {group: middle(lambda story, group=group: story.year_group == group) for group in groups}
    return counted, Days(middle(lambda story: True), by_group, by_need)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_a_slow_count(ada: Person, sam: Person, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    stories = [drawn(chance) for _ in range(260)]
    told(ada, sam, stories)
    head = factories.viewer(ada)
    for year in (2024, 2025):
        begins, end = SchoolYear(date(year, 9, 1)).begins, SchoolYear(date(year + 1, 9, 1)).begins
        counted, days = slowly(stories, begins, end)
        found = page_of(head, year)
        assert found == figures(counted, days)
        # And what is shown is the plain number.
        assert found.all.cases.value == len(counted)
        for proposed in LETTERS:
            for decided in LETTERS:
                shown = found.grades.at(proposed, decided)
                true = sum(
                    ((each.proposed or NOTHING), (each.decided or NOTHING)) == (proposed, decided) for each in counted
                )
                assert shown.value in (None, true)
                assert shown.is_few == (true < 5)
        for need in found.needs:
            for line, has in ((need.with_it, True), (need.without, False)):
                rows = [each for each in counted if (need.code in each.needs) == has]
                assert as_counted(line, Counter(each.way for each in rows))
        for line in found.year_groups:
            rows = [each for each in counted if (each.year_group or "Not recorded") == line.label]
            assert as_counted(line, Counter(each.way for each in rows))


def as_counted(line: Line, ways: Counter[Any]) -> bool:
    """Whether whatever is shown of a line is what was counted, and what is small is never shown."""
    pairs = [(line.cases, sum(ways.values())), *((line.of(each), ways[each]) for each in WAYS)]
    return all(shown.value == true if shown.value is not None else True for shown, true in pairs) and all(
        shown.value is None and shown.is_few for shown, true in pairs if true < 5
    )


def test_year_groups_stand_in_the_order_of_the_school(ada: Person, sam: Person) -> None:
    groups = ("Year 10", "", "Year 2", "Reception")
    told(ada, sam, [story for group in groups for story in many(6, year_group=group)])
    found = page_of(factories.viewer(ada))
    assert [each.label for each in found.year_groups] == ["Reception", "Year 2", "Year 10", "Not recorded"]


def test_a_year_that_is_over_never_changes(ada: Person, sam: Person, gov: Viewer) -> None:
    told(ada, sam, many(12, decided="B") + many(9) + many(7, decided="D"))
    before = page_of(gov)
    end = LAST_YEAR.next.begins
    told(
        ada,
        sam,
        [
            # The last moment of the year by the school's own clock is an hour before midnight in Greenwich.
            Story(at=end - timedelta(minutes=1), later=((end, "A", "revised"),)),
            Story(at=end),
            Story(at=AUTUMN, later=((AUTUMN + timedelta(days=9), "", "quashed"),)),
            Story(at=AUTUMN, later=((end + timedelta(days=1), "", "quashed"),)),
        ],
    )
    after = page_of(gov)
    assert (before.all.cases.value, after.all.cases.value) == (28, 30)
    assert (before.all.none.value, after.all.none.value) == (9, 11)
    assert before.all.down.value == after.all.down.value == 12


def test_no_case_is_in_two_years(ada: Person, sam: Person) -> None:
    chance = random.Random(7)  # noqa: S311
    stories = [drawn(chance) for _ in range(150)]
    told(ada, sam, stories)
    head = factories.viewer(ada)
    found = [page_of(head, year).all.cases.value or 0 for year in (2024, 2025, 2026)]
    kept = [story for story in stories if not any(kind == "quashed" for _, _, kind in story.later)]
    assert len(kept) <= sum(found) <= len(stories)


def test_what_stands_out_is_said_in_sentences_and_only_with_numbers_that_are_shown() -> None:
    sen = frozenset({"sen"})
    cases = [
        Counted("C", "B", "Year 5", sen, 9),
        Counted("C", "C", "Year 5", sen, 11),
        Counted("C", "D", "Year 5", sen, 6),
        Counted("C", "B", "Year 6", frozenset(), 6),
        Counted("C", "C", "Year 6", frozenset(), 50),
        Counted("C", "D", "Year 6", frozenset(), 14),
    ]
    said = figures(cases, Days()).said
    assert said[0] == (
        "Of 96 decided cases, 15 (16%) were decided lighter than proposed and 20 (21%) were decided graver than "
        "proposed."
    )
    assert (
        "Of 26 cases with special educational needs on record, 9 (35%) were decided lighter than proposed; of 70 "
        "others, 6 (9%) were." in said
    )
    # 23 and 20 of a hundred are no difference.
    assert not any("graver" in each for each in said[1:])
    carers = [
        Counted("C", way, "Year 5", needs, count)
        for needs, ways in ((frozenset({"young_carer"}), (6, 8, 7)), (frozenset[str](), (6, 40, 9)))
        for way, count in zip("BCD", ways, strict=True)
    ]
    (sentence,) = (each for each in figures(carers, Days()).said if "carers" in each and "lighter" in each)
    assert sentence.startswith("Of 21 cases of young carers, 6 (29%) were decided lighter than proposed; of 55 others,")
    few = figures([Counted("C", "B", "Year 5", sen, 4), Counted("C", "C", "Year 5", frozenset(), 40)], Days())
    assert not any("special educational" in each for each in few.said)
    assert figures([], Days()).said == ()
    assert figures([], Days()).is_few


def test_staff_are_counted_by_themselves_or_not_at_all() -> None:
    assert staff_figures({"none": 2}).cases.text == "fewer than 5"
    assert staff_figures({"none": 7, "up": 6, "down": 5}).cases.value == 18
    shown = staff_figures({"none": 7, "up": 1})
    assert shown.up.text == shown.down.text == "fewer than 5"


def test_the_median_stands_beside_groups_that_are_shown_alone(ada: Person, sam: Person) -> None:
    told(ada, sam, many(7, took=timedelta(days=2)) + many(7, took=timedelta(hours=3), year_group="Year 6"))
    told(ada, sam, many(2, took=timedelta(days=9), year_group="Year 7"))
    found = {line.label: line.days_text for line in page_of(factories.viewer(ada)).year_groups}
    assert found["Year 7"] == "not shown"
    assert "2 days" in found.values() or "under a day" in found.values()


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "figures_status", "like_status"),
    [
        (Role.HEAD_TEACHER, 200, 200),
        (Role.CHAIR_OF_GOVERNORS, 200, 403),
        (Role.SAFEGUARDING_GOVERNOR, 200, 403),
        (Role.GOVERNOR, 200, 403),
        (Role.COORDINATOR, 403, 403),
        (Role.DSL, 403, 403),
        (Role.STAFF, 403, 403),
        (Role.NETWORK_MANAGER, 403, 403),
        (Role.PARENT, 403, 403),
        (Role.PUPIL, 403, 403),
    ],
)
def test_who_opens_them(of: School, role: Role, figures_status: int, like_status: int) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    assert client.get(PAGE).status_code == figures_status
    assert client.get(LIKE).status_code == like_status
    assert client.post(LIKE, {}).status_code == like_status
    assert client.post(PAGE).status_code == 405


def test_governors_are_shown_years_that_are_over_and_the_head_the_one_that_runs(ada: Person, gov: Viewer) -> None:
    head = factories.viewer(ada)
    labels = {who: [each.label for each in fairness_page(viewer=who, today=TODAY).years] for who in (head, gov)}
    assert labels[head] == ["2026/27", "2025/26", "2024/25", "2023/24", "2022/23"]
    assert labels[gov] == ["2025/26", "2024/25", "2023/24", "2022/23", "2021/22"]
    assert fairness_page(viewer=head, today=TODAY).is_running
    with pytest.raises(NoSuchYear):
        fairness_page(viewer=gov, today=TODAY, year=2026)
    # The year turns with September, not with the new year.
    assert fairness_page(viewer=gov, today=date(2026, 8, 31)).shown.year.label == "2024/25"
    assert fairness_page(viewer=gov, today=date(2026, 9, 1)).shown.year.label == "2025/26"


@pytest.mark.parametrize("year", ["2026", "1999", "9999", "now", "٢٠٢٥", "20255", "-202"])
def test_a_year_that_is_not_offered_is_not_there(gov: Viewer, of: School, year: str, november: None) -> None:
    client = factories.log_in(factories.person(of, "Ina Frost", Role.GOVERNOR))
    assert client.get(PAGE, {"year": year}).status_code == 404
    assert client.get(PAGE, {"year": "2025"}).status_code == 200


def test_governors_read_no_name_no_reason_no_reference_and_nothing_of_staff(
    of: School, ada: Person, sam: Person, november: None
) -> None:
    cases = told(ada, sam, many(12, decided="B", reason=STORY) + many(9))
    told(ada, ada, many(15, audience="staff", proposed="A", decided="B", reason=STORY))
    for role in (Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS, Role.SAFEGUARDING_GOVERNOR):
        page = factories.log_in(factories.person(of, "Ina Frost", role)).get(PAGE).content.decode()
        assert "12 <" in page
        for kept in (STORY, "Osgood", "Like cases", "For the head teacher alone", cases[0].reference):
            assert kept not in page
    page = factories.log_in(ada).get(PAGE, {"year": "2025"}).content.decode()
    assert "For the head teacher alone" in page
    assert STORY not in page
    assert "Osgood" not in page


def test_all_governors_have_the_same_figures_whoever_is_kept_from_what(
    of: School, ada: Person, sam: Person, gov: Viewer
) -> None:
    """Were one case left out for one of them, two could tell it by comparing; the head's are of what the head knows."""
    cases = told(ada, sam, many(14, decided="B") + many(9))
    chair = factories.viewer(factories.person(of, "Cy Byrd", Role.CHAIR_OF_GOVERNORS))
    whole = page_of(gov)
    assert whole.all.cases.value == 23
    incident = CaseOf.objects.get(case=cases[0]).incident
    shut_out(gov, incident.pk)
    incident.kept_out = ["chair_of_governors", "head_teacher"]
    incident.save(update_fields=["kept_out"])
    assert page_of(gov) == page_of(chair) == whole
    assert page_of(factories.viewer(ada)).all.cases.value == 22


def test_another_school_is_not_counted(of: School, ada: Person, sam: Person, gov: Viewer) -> None:
    told(ada, sam, many(14))
    other = factories.school("Hillside School")
    assert page_of(gov).all.cases.value == 14
    assert page_of(factories.viewer(factories.person(other, "Una Moor", Role.GOVERNOR))).is_few


def shut_out(who: Viewer, incident_id: Any) -> None:
    Conflict.objects.create(
        school_id=who.school_id, incident_id=incident_id, person_id=who.person_id, why="relative", since_revision=1
    )


def test_how_many_queries(of: School, ada: Person, sam: Person, gov: Viewer, november: None) -> None:
    told(ada, sam, many(60, decided="B", days=5))
    head = factories.viewer(ada)
    with queries_at_most(4):
        fairness_page(viewer=gov, today=TODAY)
    with queries_at_most(5):
        fairness_page(viewer=head, today=TODAY)
    with queries_at_most(4):
        assert len(like_cases(viewer=head, alike=Alike()).rows) == PAGE_SIZE
    with queries_at_most(2):
        like_options(viewer=head)
    client = factories.log_in(ada)
    with queries_at_most(11):
        client.get(PAGE)
    with queries_at_most(16):
        client.post(LIKE, {})


# --- like cases ------------------------------------------------------------------------------------------------------


def rows(who: Viewer, **alike: str) -> list[str]:
    return [each.reference for each in like_cases(viewer=who, alike=Alike(**alike)).rows]


def test_like_cases_by_category_breach_and_which_way_they_went(ada: Person, sam: Person) -> None:
    head = factories.viewer(ada)
    stories = [
        Story(at=AUTUMN),
        Story(at=AUTUMN + timedelta(days=1), decided="B"),
        Story(at=AUTUMN + timedelta(days=2), decided="D"),
        Story(at=AUTUMN + timedelta(days=3), proposed="B", decided="B", breaches=("file_sharing", "online_purchase")),
        Story(at=AUTUMN + timedelta(days=4), proposed="", decided="", breaches=()),
        Story(at=AUTUMN, audience="staff", proposed="B", decided="B", breaches=("disrepute",)),
    ]
    told(ada, sam, [])
    same, down, up, other, nothing, staff = (each.reference for each in told(ada, sam, stories))
    assert rows(head)[:4] == [nothing, other, up, down]
    assert rows(head, category="C") == [up, down, same]
    assert rows(head, category="none") == [nothing]
    assert rows(head, breach="pupil:online_bullying") == [up, down, same]
    assert rows(head, breach="pupil:online_purchase", category="B") == [other]
    assert rows(head, breach="staff:disrepute") == [staff]
    assert rows(head, breach="pupil:disrepute") == []
    assert rows(head, decided="departed") == [up, down]
    assert (rows(head, decided="down"), rows(head, decided="up")) == ([down], [up])
    assert rows(head, decided="none", category="C") == [same]


def test_a_like_case_says_what_matters_and_names_nobody(ada: Person, sam: Person) -> None:
    told(
        ada,
        sam,
        [
            Story(
                decided="B",
                needs=("sen", "in_care"),
                facts={"is_deliberate": True, "is_extreme": True, "was_distributed": True},
                days=5,
                reason=STORY,
            )
        ],
    )
    (row,) = like_cases(viewer=factories.viewer(ada), alike=Alike()).rows
    assert row.breaches == ("Online bullying",)
    assert row.facts == ("deliberate", "extreme", "passed on", "first on record")
    assert row.needs == ("special educational needs", "looked after by the local authority")
    assert (row.proposed, row.decided, row.departure) == ("C", "B", "lighter than proposed")
    assert [(each.text, each.days) for each in row.given] == [("Loss of internet or ICT access for a period", 5)]
    assert row.reason == STORY
    page = factories.log_in(ada).post(LIKE, {"category": "C"}).content.decode()
    assert STORY in page
    assert row.reference in page
    assert "Osgood" not in page


def test_what_was_quashed_says_so(ada: Person, sam: Person) -> None:
    told(ada, sam, [Story(later=((AUTUMN + timedelta(days=2), "", "quashed"),))])
    (row,) = like_cases(viewer=factories.viewer(ada), alike=Alike()).rows
    assert (row.departure, row.given, row.instead) == ("quashed on appeal", (), "No sanction")


def test_like_cases_are_paged_by_key_and_none_is_lost_or_shown_twice(ada: Person, sam: Person) -> None:
    head = factories.viewer(ada)
    # Several decided at the same moment, across the edge of a page.
    told(ada, sam, [Story(at=AUTUMN + timedelta(days=number // 20)) for number in range(2 * PAGE_SIZE + 7)])
    seen: list[str] = []
    key, pages = None, 0
    while True:
        page = like_cases(viewer=head, alike=Alike(category="C"), key=key)
        seen += [each.reference for each in page.rows]
        pages += 1
        if not page.older:
            break
        key = decode_key(page.older)
        assert key is not None
    assert pages == 3
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 7
    client = factories.log_in(ada)
    first = client.post(LIKE, {"category": "C"}).content.decode()
    assert "Older cases" in first
    again = client.post(LIKE, {"category": "C", "after": page.older or "no key of ours"})
    assert again.status_code == 200


@pytest.mark.parametrize("text", ["", "x", "AAAA", "Zm9vfGJhcg", "é", "MjAyNS0xMC0wNlQwOTowMDowMHww"])
def test_a_key_that_is_not_ours_is_the_first_page(text: str) -> None:
    assert decode_key(text) is None


def test_what_the_head_must_not_know_of_is_not_among_them(of: School, ada: Person, sam: Person, gov: Viewer) -> None:
    head = factories.viewer(ada)
    mine, kept_out, shown = told(ada, sam, [Story(), Story(incident={"kept_out": ["head_teacher"]}), Story()])
    shut_out(head, CaseOf.objects.get(case=mine).incident_id)
    assert rows(head) == [shown.reference]
    assert kept_out.reference not in rows(head)
    with pytest.raises(NotAllowed):
        like_cases(viewer=gov, alike=Alike())
    with pytest.raises(NotAllowed):
        like_options(viewer=gov)


def test_looking_at_like_cases_leaves_a_trace_that_tells_nothing(ada: Person, sam: Person) -> None:
    told(ada, sam, many(3))
    client = factories.log_in(ada)
    assert client.get(LIKE).status_code == 200
    assert not Entry.objects.filter(action="like_cases.read").exists()
    assert client.post(LIKE, {"breach": "pupil:online_bullying"}).status_code == 200
    entry = Entry.objects.get(action="like_cases.read")
    assert entry.detail == {"rows": 3, "narrowed": True, "further": False}


def test_a_choice_that_is_not_offered_is_refused_and_the_others_stay(ada: Person) -> None:
    answer = factories.log_in(ada).post(LIKE, {"category": "C", "breach": "pupil:nothing", "decided": "up"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose one of the options shown." in page
    assert '<option value="C" selected>' in page
    assert not Entry.objects.filter(action="like_cases.read").exists()


# --- in a browser ----------------------------------------------------------------------------------------------------

SIZES = {"laptop": (1366, 820), "phone": (390, 844)}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def looked_at(page: Page, name: str) -> None:
    """Without a finding of axe, and no wider than the screen."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert results.violations_count == 0, f"{name}\n{results.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide}px"
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"fairness-{name}.png"), full_page=True)


def a_school_year(chance: random.Random, at: datetime) -> list[Story]:
    """Ninety cases of one year, of whom those with special educational needs were more often decided lighter."""
    stories = []
    for _ in range(90):
        needs = tuple(need for need in NEEDS if chance.random() < 0.25)
        proposed = chance.choice("ABCCD")
        lighter, graver = chance.random() < (0.5 if "sen" in needs else 0.15), chance.random() < 0.2
        decided = chr(ord(proposed) - 1) if lighter and proposed != "A" else proposed
        if decided == proposed and graver and proposed != "D":
            decided = chr(ord(proposed) + 1)
        stories.append(
            Story(
                proposed=proposed,
                decided=decided,
                at=at + timedelta(days=chance.randrange(200)),
                year_group=chance.choice(("Year 5", "Year 6", "Year 6", "Year 4", "Year 2")),
                needs=needs,
                took=timedelta(hours=chance.randrange(2, 200)),
                days=chance.choice((None, 3, 5)),
                facts={"is_deliberate": True},
                reason="Both have made up; the harm was small.",
            )
        )
    return stories


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_in_a_browser(live_server: Any, chromium: Browser, size: str) -> None:
    with transaction.atomic():
        school = factories.school()
        ada = factories.person(school, "Ada Quill", Role.HEAD_TEACHER)
        gil = factories.person(school, "Gil Stone", Role.GOVERNOR)
        starts = fairness_page(viewer=factories.viewer(gil), today=timezone.localdate()).shown.year.begins
        told(ada, factories.pupil(school), a_school_year(random.Random(3), starts + timedelta(days=5)))  # noqa: S311
    width, height = SIZES[size]
    for who, name in ((gil, "governor"), (ada, "head")):
        # Past the content security policy for axe alone, which puts a script of its own into the page.
        context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
        cookie = factories.log_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + PAGE)
        page.get_by_label("School year").select_option(str(starts.year))
        page.get_by_role("button", name="Show this year").click()
        assert "Of 90 decided cases, " in page.locator("main").inner_text()
        looked_at(page, f"{size}-{name}")
        if who is ada:
            page.get_by_role("link", name="Like cases side by side").click()
            page.get_by_label("Category proposed").select_option("C")
            page.get_by_label("Decided", exact=True).select_option("down")
            page.get_by_role("button", name="Show these cases").click()
            assert "Both have made up" in page.locator("main").inner_text()
            looked_at(page, f"{size}-like-cases")
        context.close()
