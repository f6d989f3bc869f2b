"""What a parent may do for a child: said by the school, changed by the school, and from a court order on nothing.

Duties R7 (NE), A2 (CC 3.2); threats T2 and T4.
"""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import Signature
from aup.rules.due import due_of
from aup.selectors.families import children_of
from aup.selectors.standing import standing_on
from aup.services.links import make_link
from aup.services.problems import NotYours
from aup.services.signing import Intent, change_consents, refuse, sign
from schools.models import Guardian, Person
from schools.services.families import change_guardian, end_guardian, link_guardian
from schools.services.problems import EndedAlready, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team

DAY = timedelta(days=1)
STANDING = {"relation": "mother", "has_parental_responsibility": True, "is_barred": False}


def link(team: Team, guardian: Person, by: str = "office", **said: object) -> Guardian:
    return link_guardian(
        by=team.viewer(by),
        guardian_id=guardian.pk,
        child_id=team.pupil.pk,
        starts_on=timezone.localdate() - 10 * DAY,
        **said,  # type: ignore[arg-type]
    )


def change(team: Team, row: Guardian, by: str = "office", **said: object) -> Guardian:
    return change_guardian(by=team.viewer(by), guardian_row_id=row.pk, **{**STANDING, **said})  # type: ignore[arg-type]


def test_nothing_is_taken_for_granted(team: Team) -> None:
    row = link(team, team.person("parent"))
    assert (row.relation, row.has_parental_responsibility, row.is_barred) == ("", False, False)
    assert children_of(team.school.pk, row.guardian_id, timezone.localdate()) == ()


def test_it_is_put_down_with_the_relation_and_changed_later(team: Team) -> None:
    row = link(team, team.person("parent"), relation=" foster  carer ", has_parental_responsibility=True)
    assert (row.relation, row.has_parental_responsibility) == ("foster carer", True)
    by = team.viewer("head")
    with queries_at_most(7):
        changed = change_guardian(by=by, guardian_row_id=row.pk, **{**STANDING, "relation": "guardian"})  # type: ignore[arg-type]
    assert (changed.relation, changed.verified_by_id) == ("guardian", team.person("head").pk)
    detail = Entry.objects.get(action="guardian.changed").detail
    assert detail == {"guardian": str(row.guardian_id), "child": str(row.child_id), "changed": ["relation"]}
    change(team, row, relation="guardian", is_barred=True)
    assert Entry.objects.filter(detail__changed=["is_barred"]).count() == 1


def test_nobody_changes_their_own_and_nobody_without_the_lists_any(team: Team) -> None:
    row = link(team, team.person("office"), by="head")
    with pytest.raises(NotForYourself):
        change(team, row)
    other = link(team, team.person("parent"))
    for key in ("teacher", "coordinator", "chair", "parent"):
        with pytest.raises(NotAllowed):
            change(team, other, by=key)
    there = Team(factories.school("Hillside"))
    with pytest.raises(Guardian.DoesNotExist):
        change(there, other)
    end_guardian(by=team.viewer("office"), guardian_row_id=other.pk, last_day=timezone.localdate() - DAY)
    with pytest.raises(EndedAlready):
        change(team, other)
    assert not Guardian.objects.filter(has_parental_responsibility=True).exists()


def test_a_court_order_counts_at_once_whatever_link_is_out(team: Team) -> None:
    """Barred, a parent is shown nothing of the child, is asked for nothing and signs nothing."""
    parent, child, today = team.person("parent"), team.pupil, timezone.localdate()
    row = link(team, parent, relation="father", has_parental_responsibility=True)
    version = factories.published(team.school, "parent")
    paper = factories.published(team.school, "pupil_ks2")
    make_link(school_id=team.school.pk, person_id=parent.pk)
    factories.signature(version, parent, child)
    assert children_of(team.school.pk, parent.pk, today) == (child.pk,)
    change(team, row, relation="father", is_barred=True)
    assert children_of(team.school.pk, parent.pk, today) == ()
    about = [parent.pk, child.pk]
    assert all(
        each.signer_id != parent.pk for each in due_of(standing_on(team.school.pk, today, person_ids=about).lines)
    )
    by, count = factories.signer(parent), Signature.objects.count()
    said = Intent(paper.pk, child.pk, typed_name=parent.full_name)
    for act in (sign, refuse):
        with pytest.raises(NotYours):
            act(by=by, intent=said)
    with pytest.raises(NotYours):
        change_consents(by=by, intent=Intent(version.pk, child.pk, parent.full_name, factories.agreements.YES_TO_ALL))
    assert Signature.objects.count() == count, "what was signed before is kept, and nothing is added"
    change(team, row, relation="father")
    assert sign(by=by, intent=said).is_new, "when the order ends, so does what it kept them from"


def test_without_parental_responsibility_nobody_is_asked(team: Team) -> None:
    parent, today = team.person("parent"), timezone.localdate()
    row = link(team, parent, has_parental_responsibility=True)
    factories.published(team.school, "pupil_ks2")
    assert any(each.signer_id == parent.pk for each in due_of(standing_on(team.school.pk, today).lines))
    change(team, row, has_parental_responsibility=False)
    assert not any(each.signer_id == parent.pk for each in due_of(standing_on(team.school.pk, today).lines))


def page_of(client: Client, name: str, *parts: object) -> str:
    return html.unescape(client.get(reverse(f"schools:{name}", args=parts)).content.decode())


def test_the_pages_show_it_and_tick_nothing_beforehand(team: Team) -> None:
    client, sam, day = team.client("office"), team.pupil, timezone.localdate()
    form = page_of(client, "link_guardian", sam.pk)
    assert "parental responsibility" in form
    assert not re.search(r"<input[^>]*\schecked\b", form)
    typed = {
        "action": "link", "pick": str(team.person("parent").pk), "checked": "on", "relation": "mother",
        "responsibility": "yes", "barred": "on",
        "starts_on_day": day.day, "starts_on_month": day.month, "starts_on_year": day.year,
    }  # fmt: skip
    assert client.post(reverse("schools:link_guardian", args=[sam.pk]), typed).status_code == 302
    row = Guardian.objects.get()
    assert (row.relation, row.has_parental_responsibility, row.is_barred) == ("mother", True, True)
    person = page_of(client, "person", sam.pk)
    for words in ("mother;", "with parental responsibility", "Kept away by a court order"):
        assert words in person
    address = reverse("schools:change_guardian", args=[row.pk])
    assert address in person
    form = page_of(client, "change_guardian", row.pk)
    assert 'value="mother"' in form
    assert "Dan Olor" in form
    assert "Dan Olor" not in form.partition("</title>")[0]
    refused = client.post(address, {"relation": "aunt", "responsibility": "no"})
    assert refused.status_code == 422
    assert 'value="aunt"' in refused.content.decode()
    saved = client.post(address, {"relation": "aunt", "responsibility": "no", "checked": "on"})
    assert saved["Location"] == reverse("schools:person", args=[sam.pk])
    row.refresh_from_db()
    assert (row.relation, row.has_parental_responsibility, row.is_barred) == ("aunt", False, False)
    assert "without parental responsibility" in page_of(client, "person", sam.pk)


def test_whoever_it_is_about_is_offered_no_change(team: Team) -> None:
    row = link(team, team.person("office"), by="head")
    address = reverse("schools:change_guardian", args=[row.pk])
    assert address not in page_of(team.client("office"), "person", team.pupil.pk)
    assert address in page_of(team.client("head"), "person", team.pupil.pk)
    said = {"relation": "aunt", "responsibility": "no", "checked": "on"}
    assert team.client("office").post(address, said).status_code == 403
    assert team.client("teacher").get(address).status_code == 403


def test_an_ended_relation_is_not_changed_on_the_page(team: Team) -> None:
    row = link(team, team.person("parent"))
    end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=timezone.localdate() - DAY)
    address = reverse("schools:change_guardian", args=[row.pk])
    said = {"relation": "aunt", "responsibility": "yes", "checked": "on"}
    answer = team.client("office").post(address, said)
    assert answer.status_code == 422
    assert "This has ended already." in answer.content.decode()
