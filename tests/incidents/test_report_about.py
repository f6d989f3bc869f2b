"""Who is told of a report: asked, said before it is sent, and never told by the receipt. Duties R4, R5, R7, R10."""

import re
from dataclasses import replace
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Draft, Incident
from incidents.rules.routing import ABOUT, Case, route
from incidents.services.about import change_about
from packs import loader
from schools.models import Person, School
from schools.roles import Role
from schools.selectors import standing
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.test_report_pages import TYPED, form_id, fresh, without

REPORT = reverse("incidents:report")
POSTS = {
    Role.COORDINATOR: "Jo Marsh",
    Role.HEAD_TEACHER: "Farida Whitlock",
    Role.DSL: "Marcus Oyelowe",
    Role.DEPUTY_DSL: "Siobhan Kaur",
    Role.CHAIR_OF_GOVERNORS: "Leonard Abara",
    Role.VICE_CHAIR: "Seun Prendergast",
}
ANSWERS = {
    "nobody": (Role.COORDINATOR, "It goes to the online safety co-ordinator."),
    "staff": (Role.HEAD_TEACHER, "It goes to the head teacher."),
    "coordinator": (Role.HEAD_TEACHER, "It goes to the head teacher."),
    "dsl": (Role.HEAD_TEACHER, "It goes to the head teacher."),
    "head_teacher": (Role.CHAIR_OF_GOVERNORS, "It goes to the chair of governors."),
    "governor": (Role.CHAIR_OF_GOVERNORS, "It goes to the chair of governors."),
    "chair_of_governors": (Role.VICE_CHAIR, "It goes to the vice chair of governors."),
}


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def holders(of: School) -> dict[Role, Person]:
    return {post: factories.person(of, name, post) for post, name in POSTS.items()}


@pytest.fixture
def client(of: School, holders: dict[Role, Person]) -> Client:
    return factories.log_in(factories.person(of, "Robin Vale", Role.STAFF))


def send(client: Client, **changes: Any) -> Any:
    return client.post(REPORT, {**TYPED, "form_id": form_id(client), "action": "send", **changes})


def told(page: str, answer: str) -> str:
    """What stands below an answer: who is told then."""
    option = page.partition(f'value="{answer}"')[2].partition("</div>")[0]
    return " ".join(unescape(option.partition('class="told"')[2].partition(">")[2]).split())


def page_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


# --- before it is sent -----------------------------------------------------------------------------------------------


def test_each_answer_says_who_is_told_and_none_is_chosen_beforehand(client: Client) -> None:
    page = page_of(client, REPORT)
    for answer, (_, goal) in ANSWERS.items():
        assert told(page, answer).startswith(goal), answer
    about_head = told(page, "head_teacher")
    assert "The online safety co-ordinator and the head teacher are not told." in about_head
    assert "choose that instead" in told(page, "staff")
    assert "The head teacher, the designated safeguarding lead and the deputy" in told(page, "nobody")
    assert not re.search(r'name="about"[^>]*\bchecked', page)
    assert "Tell only the head teacher" in page
    assert not re.search(r'name="in_confidence"[^>]*\bchecked', page)


def test_it_says_so_of_the_school_as_it_stands(db: None) -> None:
    of = factories.school()
    factories.person(of, "Farida Whitlock", Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL)
    factories.person(of, "Leonard Abara", Role.CHAIR_OF_GOVERNORS)
    page = page_of(factories.log_in(factories.person(of, "Robin Vale", Role.STAFF)), REPORT)
    assert told(page, "dsl").startswith("It goes to the chair of governors.")
    assert told(page, "chair_of_governors").startswith("Nobody at the school can take it up")


def test_whenever_somebody_else_would_read_it_the_form_says_so_before_it_is_sent(of: School, client: Client) -> None:
    """Who asks for confidence is promised nothing that a tick takes back. Duty R10 (CC 4.5.4, CM 4.5.4)."""
    page = unescape(page_of(client, REPORT))
    where = "where a child may be at risk or it may be against the law"
    assert f"Nobody else at the school can read it, but {where} the designated" in page
    assert f"{where.capitalize()}, the designated" in told(page, "head_teacher")
    here = standing(of.pk, timezone.localdate())
    for pack, about, in_confidence in product(loader.editions(), ("", *ABOUT), (False, True)):
        case = Case(about=about, in_confidence=in_confidence)
        said = route(pack.routing, replace(case, flags=frozenset({"safeguarding"})), here).readers
        flags = frozenset(each.key for each in pack.form.flags)
        every = replace(case, types=frozenset(pack.form.field("types").codes), flags=flags)
        assert route(pack.routing, every, here).readers == said


def test_the_words_under_an_answer_are_read_out_with_it(client: Client) -> None:
    page = page_of(client, REPORT)
    described = re.findall(r'name="about"[^>]*aria-describedby="([^"]+)"', page)
    assert len(described) == len(ANSWERS)
    for each in described:
        assert page.count(f'id="{each}"') == 1


def test_without_an_answer_it_is_not_sent_and_nothing_is_lost(client: Client) -> None:
    response = client.post(REPORT, {**without("about"), "form_id": form_id(client)})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_about_0"' in page.split("There is a problem")[1].split("</ul>")[0]
    assert TYPED["description"] in page
    assert Incident.objects.count() == 0


def test_a_draft_keeps_both_and_shows_them_back(client: Client) -> None:
    half = {"form_id": form_id(client), "action": "draft", "about": "dsl", "in_confidence": "on"}
    kept = client.post(REPORT, half)
    assert Draft.objects.get().content["typed"] == {"about": ["dsl"], "in_confidence": ["on"]}
    page = page_of(client, kept.url)
    assert re.search(r'value="dsl"[^>]*\bchecked', page)
    assert re.search(r'name="in_confidence"[^>]*\bchecked', page)
    incident_id, token = fresh(client)
    saved = reverse("incidents:report_autosave", args=[incident_id])
    assert client.post(saved, {"form_id": token, "about": "governor"}).status_code == 200
    assert re.search(
        r'value="governor"[^>]*\bchecked', page_of(client, reverse("incidents:report_edit", args=[incident_id]))
    )


@pytest.mark.parametrize("htmx", [False, True])
def test_the_advice_sends_nobody_to_whom_it_is_about(client: Client, htmx: bool) -> None:
    typed = {"types": ["grooming"], "about": "head_teacher", "action": "guidance", "form_id": form_id(client)}
    if htmx:
        page = client.post(reverse("incidents:report_guidance"), {**typed, "pack": "camden_2021 1"}).content.decode()
    else:
        page = client.post(REPORT, typed).content.decode()
    advice = page.partition('class="todo-now')[2].partition("</section>")[0]
    assert POSTS[Role.HEAD_TEACHER] not in advice
    assert POSTS[Role.COORDINATOR] not in advice
    assert "This is for the chair of governors." in advice
    assert POSTS[Role.CHAIR_OF_GOVERNORS] in advice
    # Grooming still goes to the safeguarding lead at once, who reads such a case.
    assert POSTS[Role.DSL] in advice


# --- where it goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ANSWERS)
def test_it_goes_where_the_form_said(client: Client, holders: dict[Role, Person], answer: str) -> None:
    handler = ANSWERS[answer][0]
    assert send(client, about=answer).status_code == 302
    incident = Incident.objects.get()
    assert incident.handler_post == handler
    waits = page_of(factories.log_in(holders[handler]), reverse("incidents:today"))
    assert f"{incident.reference} is a new concern" in waits
    silent = {"head_teacher": [Role.HEAD_TEACHER, Role.COORDINATOR], "coordinator": [Role.COORDINATOR]}
    for post in silent.get(answer, []):
        other = factories.log_in(holders[post])
        assert incident.reference not in page_of(other, reverse("incidents:today"))
        assert other.get(reverse("incidents:incident", args=[incident.pk])).status_code == 404


def test_whom_it_is_about_is_not_lost_when_it_is_sent_again(client: Client, holders: dict[Role, Person]) -> None:
    """Back, another answer, and sent once more: it was not taken up, and nobody may believe that it was."""
    token = form_id(client)
    typed = {**TYPED, "form_id": token, "action": "send"}
    first = client.post(REPORT, {**typed, "about": "nobody"})
    again = client.post(REPORT, {**typed, "about": "head_teacher"})
    page = again.content.decode()
    assert again.status_code == 409
    assert "This report was already sent" in page
    assert re.search(r'value="head_teacher"[^>]*\bchecked', page)
    assert client.post(REPORT, {**typed, "about": "nobody"}).url == first.url
    # Put right meanwhile by whoever handles it: a late click is no second report.
    change_about(
        by=factories.viewer(holders[Role.COORDINATOR]), incident_id=Incident.objects.get().pk, about="staff", reason="x"
    )
    assert client.post(REPORT, {**typed, "about": "nobody"}).url == first.url


def test_in_confidence_it_reaches_the_head_teacher_alone(client: Client, holders: dict[Role, Person]) -> None:
    send(client, about="nobody", in_confidence="on", safeguarding="")
    incident = Incident.objects.get()
    assert incident.in_confidence
    seen = {
        post
        for post, who in holders.items()
        if factories.log_in(who).get(reverse("incidents:incident", args=[incident.pk])).status_code == 200
    }
    assert seen == {Role.HEAD_TEACHER}


# --- the receipt -----------------------------------------------------------------------------------------------------


def receipt_of(client: Client, **changes: Any) -> str:
    """What a receipt says of the way of the report, without its reference, moments and the advice beside it."""
    response = send(client, **changes)
    page = page_of(client, response.url)
    said = page.partition("What happens next")[2].partition('<p class="buttons')[0]
    return re.sub(r"\s+", " ", said)


def test_the_receipt_tells_of_no_post_and_is_the_same_for_every_answer(client: Client) -> None:
    receipts = {receipt_of(client, about=answer) for answer in ANSWERS}
    receipts.add(receipt_of(client, in_confidence="on"))
    (said,) = receipts
    assert "has reached the right person" in said
    for word in ("co-ordinator", "head teacher", "governors", "safeguarding", "officer"):
        assert word not in said


def test_whoever_reports_on_their_own_post_lands_softly(holders: dict[Role, Person]) -> None:
    head = factories.log_in(holders[Role.HEAD_TEACHER])
    response = send(head, about="head_teacher")
    assert response.url == reverse("incidents:today")
    assert "Your report has arrived." in page_of(head, response.url)
    assert Incident.objects.get().reference not in page_of(head, reverse("incidents:own_reports"))


def test_the_pages_cost_little(client: Client) -> None:
    with queries_at_most(8):
        client.get(REPORT)
    receipt = send(client, about="staff").url
    with queries_at_most(10):
        client.get(receipt)
    with queries_at_most(6):
        client.post(reverse("incidents:report_guidance"), {"about": "staff", "pack": "camden_2021 1"})
