"""Who is in the case: found, added, matched, removed. A name that is looked for stands in no URL (threat T22)."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import Draft, Incident, Involvement, Revision
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

FIND = reverse("incidents:people")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def marsh(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(marsh: Person) -> Client:
    return factories.log_in(marsh)


@pytest.fixture
def incident(marsh: Person) -> Incident:
    return factories.incident(factories.viewer(marsh))


@pytest.fixture
def sam(of: School) -> Person:
    return factories.pupil(of, "Sam Reed", class_name="5B")


def page_of(incident: Incident) -> str:
    return reverse("incidents:record", args=[incident.pk, "people"])


def post(client: Client, incident: Incident, action: str = "save", **typed: Any) -> Any:
    incident.refresh_from_db()
    return client.post(page_of(incident), {"version": incident.revision, "action": action, **typed})


def row(number: int, **said: str) -> dict[str, str]:
    whole = {"person_id": "", "name": "Sam", "group": "", "kind": "other", "part": "subject", **said}
    return {f"people-{number}-{name}": value for name, value in whole.items()}


def named(incident: Incident) -> list[tuple[str, str, str, str]]:
    current = Involvement.objects.filter(incident=incident, until_revision=None).order_by("name", "part")
    return [(each.name, each.group, each.kind, each.part) for each in current]


# --- the type-ahead --------------------------------------------------------------------------------------------------


def test_people_are_found_with_what_tells_them_apart(client: Client, of: School, sam: Person) -> None:
    factories.pupil(of, "Samira Okafor", class_name="4A")
    factories.staff(of, "Sandy Moss")
    factories.pupil(factories.school("Hilltop School"), "Sam Elsewhere")
    with queries_at_most(5):
        page = client.post(FIND, {"find": "sam"}).content.decode()
    assert "Sam Reed" in page
    assert "5B, pupil" in page
    assert "Samira Okafor" in page
    assert "Sandy Moss" not in page
    assert "Elsewhere" not in page
    assert "Moss" in client.post(FIND, {"find": "sandy mo"}).content.decode()


@pytest.mark.parametrize("words", ["", "s", " ", "%", "_", "\x00", "x" * 5_000, "' OR 1=1 --", "sam\x00"])
def test_any_words_are_stood(client: Client, sam: Person, words: str) -> None:
    response = client.post(FIND, {"find": words})
    assert response.status_code == 200
    assert ("Sam Reed" in response.content.decode()) == (words == "sam\x00")


def test_the_search_is_posted_and_never_a_link(client: Client) -> None:
    assert client.get(FIND, {"find": "sam"}).status_code == 405
    assert "no-store" in client.post(FIND, {"find": "sam"})["Cache-Control"]


@pytest.mark.parametrize(
    "roles", [(Role.STAFF,), (Role.STAFF, Role.SENCO), (Role.GOVERNOR,), (Role.PARENT,), (Role.PUPIL,)]
)
def test_only_who_handles_cases_looks_people_up(of: School, sam: Person, roles: tuple[Role, ...]) -> None:
    other = factories.log_in(factories.person(of, "Pat Hill", *roles))
    response = other.post(FIND, {"find": "sam"})
    assert response.status_code == 403
    assert b"Reed" not in response.content


def test_without_javascript_find_shows_the_rows_in_the_page(client: Client, incident: Incident, sam: Person) -> None:
    response = post(client, incident, "find", find="sam", **row(0, name="Mia Bell"))
    page = response.content.decode()
    assert response.status_code == 200
    assert f'value="{sam.pk}"' in page
    assert "Mia Bell" in page
    assert 'value="sam"' in page
    assert "There is a problem" not in page
    assert named(incident) == []


# --- adding and saving -----------------------------------------------------------------------------------------------


def test_somebody_is_added_and_saved_with_the_schools_own_words(
    client: Client, incident: Incident, sam: Person
) -> None:
    added = post(client, incident, "add", find="whatever", pick=str(sam.pk), add_part="affected")
    assert added.status_code == 302
    assert "?" not in added.url
    page = client.get(page_of(incident)).content.decode()
    assert "Sam Reed" in page
    assert "You have unsaved changes" in page
    assert named(incident) == []
    typed = {f"people-0-{name}": value for name, value in _hidden(page).items()}
    post(client, incident, **typed)
    assert named(incident) == [("Sam Reed", "5B", "pupil", "affected")]
    assert Draft.objects.count() == 0


def _hidden(page: str) -> dict[str, str]:
    said = {}
    for name in ("person_id", "name", "group", "kind"):
        said[name] = page.split(f'name="people-0-{name}" value="')[1].split('"')[0]
    return {**said, "part": "affected"}


def test_whoever_stands_in_the_picker_is_saved_too(client: Client, incident: Incident, sam: Person) -> None:
    post(client, incident, find="Sam Reed", pick=str(sam.pk), add_part="witness", **row(0, name="A visitor"))
    assert named(incident) == [("A visitor", "", "other", "subject"), ("Sam Reed", "5B", "pupil", "witness")]


def test_a_name_on_no_list_may_be_typed(client: Client, incident: Incident) -> None:
    post(client, incident, find="A visitor", add_part="witness")
    assert named(incident) == [("A visitor", "", "other", "witness")]


def test_a_part_must_be_chosen(client: Client, incident: Incident, sam: Person) -> None:
    for action in ("add", "save"):
        response = post(client, incident, action, find="Sam Reed", pick=str(sam.pk))
        assert response.status_code == 422
        assert "Choose the part this person played" in response.content.decode()
        assert "Sam Reed" in response.content.decode()
    response = post(client, incident, **row(0, part="villain"))
    assert response.status_code == 422
    assert "Choose the part each person played." in response.content.decode()
    assert named(incident) == []


def test_the_same_person_may_play_two_parts_but_none_twice(client: Client, incident: Incident, sam: Person) -> None:
    one = row(0, person_id=str(sam.pk), name="Sam Reed", part="affected")
    again = post(client, incident, "add", find="Sam Reed", pick=str(sam.pk), add_part="affected", **one)
    assert again.status_code == 422
    assert "This person is there already with this part." in again.content.decode()
    twice = row(1, person_id=str(sam.pk), name="Samuel", part="affected")
    other = row(2, person_id=str(sam.pk), name="Sam Reed", part="witness")
    post(client, incident, **one, **twice, **other)
    assert named(incident) == [("Sam Reed", "5B", "pupil", "affected"), ("Sam Reed", "5B", "pupil", "witness")]


def test_somebody_is_removed_but_not_forgotten(client: Client, incident: Incident) -> None:
    post(client, incident, **row(0, name="A visitor"), **row(1, name="Mia Bell"))
    post(client, incident, **row(0, name="A visitor"), **row(1, name="Mia Bell"), **{"people-0-remove": "on"})
    assert named(incident) == [("Mia Bell", "", "other", "subject")]
    assert Involvement.objects.get(name="A visitor").until_revision == 3


def test_what_a_reporter_typed_is_matched_with_a_pupil(client: Client, of: School, sam: Person) -> None:
    teacher = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    typed_name = {"person_id": "", "name": "Sam Reed 5B", "group": "", "kind": "other", "part": "affected"}
    reported = factories.report(teacher, people=[typed_name])
    rows = row(0, name="Sam Reed 5B", part="affected")
    asked = post(client, reported, "match-0", **rows).content.decode()
    assert "Who is “Sam Reed 5B”?" in asked
    assert f'value="{sam.pk}"' in asked
    assert 'name="match" value="0"' in asked
    added = post(client, reported, "add", match="0", find="Sam Reed", pick=str(sam.pk), **rows)
    assert added.status_code == 302
    assert "Find in the school" not in client.get(page_of(reported)).content.decode()
    post(client, reported, **row(0, person_id=str(sam.pk), name="Sam Reed", part="affected"))
    assert named(reported) == [("Sam Reed", "5B", "pupil", "affected")]
    assert Involvement.objects.get(person=sam).part == "affected"


def test_matching_with_nobody_chosen_says_so(client: Client, incident: Incident) -> None:
    response = post(client, incident, "add", match="0", find="Sam", **row(0))
    assert response.status_code == 422
    assert "Choose somebody from the list first." in response.content.decode()
    assert post(client, incident, "add").status_code == 422


# --- what is posted by hand ------------------------------------------------------------------------------------------


def test_an_id_of_another_school_is_only_a_name(client: Client, incident: Incident) -> None:
    stranger = factories.pupil(factories.school("Hilltop School"), "Sam Elsewhere")
    post(client, incident, **row(0, person_id=str(stranger.pk), name="Typed"))
    assert named(incident) == [("Typed", "", "other", "subject")]
    assert Involvement.objects.get().person_id is None
    post(client, incident, "save", find="Typed", pick=str(stranger.pk), add_part="witness")
    assert not Involvement.objects.filter(person=stranger).exists()
    assert "Elsewhere" not in client.get(page_of(incident)).content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"person_id": "nonsense"},
        {"person_id": str(uuid.uuid4())},
        {"kind": "king"},
        {"person_id": "9" * 300},
    ],
)
def test_broken_values_make_a_typed_name(client: Client, incident: Incident, said: dict[str, str]) -> None:
    assert post(client, incident, **row(0, **said)).status_code == 302
    assert Involvement.objects.get().person_id is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"name": ""}, "Give each person a name."),
        ({"name": "a\x00b"}, "Take out the characters"),
        ({"group": "x" * 101}, "Shorten each name"),
        ({"name": "x" * 201}, "Shorten each name"),
    ],
)
def test_broken_names_are_refused(client: Client, incident: Incident, said: dict[str, str], message: str) -> None:
    response = post(client, incident, **row(0, **said))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert Revision.objects.filter(incident=incident).count() == 1


def test_more_people_than_fit_are_refused_and_shown(client: Client, incident: Incident) -> None:
    rows: dict[str, str] = {}
    for number in range(41):
        rows |= row(number, name=f"Person {number}")
    response = post(client, incident, **rows)
    assert response.status_code == 422
    assert "Name at most 40 people." in response.content.decode()
    assert "Person 40" in response.content.decode()


@pytest.mark.parametrize("action", ["match-", "match-99", "match-x", "match-" + "9" * 50, "nonsense"])
def test_any_action_is_stood(client: Client, incident: Incident, action: str) -> None:
    response = post(client, incident, action, **row(0), match="9" * 50, pick="\x00", **{"people-999-name": "x"})
    assert response.status_code in {200, 302}


# --- a co-ordinator who is a subject herself -------------------------------------------------------------------------


def test_who_names_herself_as_a_subject_is_asked_first_and_then_led_away(
    client: Client, incident: Incident, marsh: Person
) -> None:
    herself = {"find": "Jo Marsh", "pick": str(marsh.pk), "add_part": "subject"}
    asked = post(client, incident, "continue", **herself)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert "You named yourself" in page
    assert 'name="confirmed"' in page
    assert f'value="{marsh.pk}"' in page
    assert Revision.objects.count() == 1
    done = post(client, incident, "save", confirmed="on", **herself)
    assert done.url == reverse("incidents:today")
    assert "you no longer see it" in client.get(done.url).content.decode()
    assert named(incident)[0][3] == "subject"
    assert client.get(page_of(incident)).status_code == 404


def test_who_names_herself_as_a_witness_is_not_asked(client: Client, incident: Incident, marsh: Person) -> None:
    response = post(client, incident, find="Jo Marsh", pick=str(marsh.pk), add_part="witness")
    assert response.url == page_of(incident)
    assert 'name="confirmed"' not in client.get(response.url).content.decode()


# --- two at the same page, drafts ------------------------------------------------------------------------------------


def test_a_conflict_shows_both_and_keeps_whoever_was_being_added(
    client: Client, of: School, incident: Incident, sam: Person
) -> None:
    second = factories.log_in(factories.coordinator(of, "Ines Park"))
    post(second, incident, **row(0, name="Theirs"))
    typed = {**row(0, name="Mine"), "find": "Sam Reed", "pick": str(sam.pk), "add_part": "witness"}
    response = client.post(page_of(incident), {"version": "1", "action": "save", **typed})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs (subject)" in page
    assert "Mine (subject)" in page
    assert f'value="{sam.pk}"' in page
    again = client.post(page_of(incident), {**typed, "action": "mine"})
    assert again.context["version"] == 2


def test_autosave_keeps_the_rows_and_not_the_search(client: Client, incident: Incident) -> None:
    url = reverse("incidents:record_autosave", args=[incident.pk, "people"])
    data = {"version": "1", "find": "Sam", **row(0, name="Mia Bell")}
    assert client.post(url, data).status_code == 200
    kept = Draft.objects.get().content["typed"]
    assert kept["people-0-name"] == ["Mia Bell"]
    assert "find" not in kept
    assert "Mia Bell" in client.get(page_of(incident)).content.decode()
