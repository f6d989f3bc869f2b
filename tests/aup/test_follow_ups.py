"""What somebody must do because of what was signed, refused or changed. Duty A5."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from aup.models import AgreementVersion, FollowUp, Signature
from aup.services.follow_ups import UNREADABLE, mark_done, open_follow_ups
from aup.services.signing import Intent, change_consents, refuse
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.aup.keeping import family, signed
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
REASON = "The filters are too strict for her course work."


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def jo(school: School) -> Person:
    return factories.coordinator(school)


@pytest.fixture
def by(jo: Person) -> Viewer:
    return factories.viewer(jo)


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school)


@pytest.fixture
def refused(version: AgreementVersion) -> Signature:
    child, parent = family(version.school)
    intent = Intent(version_id=version.pk, about_id=child.pk, typed_name="Grace Olorun")
    return refuse(by=factories.signer(parent), intent=intent, reason=REASON).signature


def take_back(row: Signature, code: str) -> Signature:
    intent = Intent(version_id=row.version_id, about_id=row.about_id, consents={**row.consents, code: False})
    return change_consents(by=factories.signer(row.signer), intent=intent).signature


def test_a_refusal_is_a_task_with_its_reason(by: Viewer, refused: Signature) -> None:
    with queries_at_most(3):
        opened = open_follow_ups(by=by)
    (task,) = opened.open
    assert (task.task.about, task.task.signer, task.task.group) == ("Ada Olorun", "Grace Olorun", "5B")
    assert task.reason == REASON
    entry = Entry.objects.get(action="agreement.follow_ups_opened")
    assert entry.detail == {"count": 1, "reasons": 1}


def test_a_consent_taken_back_is_a_task_without_a_reason(by: Viewer, version: AgreementVersion) -> None:
    take_back(signed(version), "publish_photographs")
    (task,) = open_follow_ups(by=by).open
    assert task.task.words.startswith("Take down every photograph")
    assert task.reason == ""


def test_a_reason_whose_seal_is_broken(by: Viewer, refused: Signature, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aup.selectors.follow_ups.bytes", lambda _: b"not sealed", raising=False)
    assert open_follow_ups(by=by).open[0].reason == UNREADABLE


def test_done_is_done_once_and_says_by_whom(by: Viewer, refused: Signature) -> None:
    row = FollowUp.objects.get()
    with queries_at_most(3):
        mark_done(by=by, follow_up_id=row.pk)
    first = FollowUp.objects.get()
    mark_done(by=by, follow_up_id=row.pk)
    assert FollowUp.objects.get().done_at == first.done_at
    assert first.done_by_id == by.person_id
    assert Entry.objects.filter(action="agreement.follow_up_done").count() == 1
    opened = open_follow_ups(by=by)
    assert opened.open == ()
    assert [each.done_by for each in opened.page.done] == ["Jo Marsh"]


def test_the_oldest_comes_first_and_not_all_at_once(
    by: Viewer, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = signed(version)
    take_back(row, "publish_photographs")
    take_back(row, "video_calls")
    monkeypatch.setattr("aup.selectors.follow_ups.SHOWN", 1)
    opened = open_follow_ups(by=by)
    assert [each.task.code for each in opened.open] == ["publish_photographs"]
    assert opened.page.has_more


def test_who_may_not_see_them(school: School, refused: Signature) -> None:
    teacher = factories.viewer(factories.person(school, "Robin Vale", Role.STAFF))
    with pytest.raises(NotAllowed):
        open_follow_ups(by=teacher)
    with pytest.raises(NotAllowed):
        mark_done(by=teacher, follow_up_id=FollowUp.objects.get().pk)
    other = factories.viewer(factories.coordinator(factories.school("Hillside Primary School")))
    assert open_follow_ups(by=other).open == ()
    with pytest.raises(FollowUp.DoesNotExist):
        mark_done(by=other, follow_up_id=FollowUp.objects.get().pk)


def test_the_page(jo: Person, refused: Signature) -> None:
    browser: Client = factories.log_in(jo)
    page = browser.get(reverse("aup:follow_ups")).content.decode()
    assert "<title>To do after signing - Online safety</title>" in page
    assert REASON in page
    one = browser.get(reverse("aup:signature", args=[refused.pk])).content.decode()
    assert REASON not in one, "the reason is read on the page of the tasks alone"
    assert "1 thing to do" in one
    done = browser.post(reverse("aup:follow_up_done", args=[FollowUp.objects.get().pk]), follow=True).content.decode()
    assert "Nothing to do" in done
    assert REASON not in done
