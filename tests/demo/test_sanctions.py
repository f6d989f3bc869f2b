"""What the filled demonstration holds of sanctions: a case to decide, a ban that ends by itself, a year of figures."""

import json
from collections import Counter
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from dispatch.models import Notice
from incidents.demo.acts import TAKES_DAYS, Decide, acts_of
from incidents.demo.stories import stories_of
from incidents.models import CaseOf, Incident, Status
from incidents.selectors.fairness import fairness_page
from incidents.selectors.waiting_cases import sanctions_waiting
from incidents.services import deciding, letters
from incidents.services.deciding import CaseSeen
from incidents.services.sending import finalise
from incidents.tasks import follow_sanctions
from sanctions.models import Case, Letter, Proposal, Restorative, Sanction
from sanctions.rules.deciding import Choice, Wanted
from sanctions.rules.fairness import WITH, WITHOUT
from sanctions.selectors.parents import parents_of
from schools.demo_cast import DOMAIN, SCHOOLS
from schools.demo_people import demo_id, school_id_of
from schools.rules.school_years import school_year_start
from tests.demo.test_seeded import viewer_of
from tests.demo.test_stories import DAYS, setting_of

RIVERBANK, HILLSIDE = SCHOOLS
AGAIN = demo_id("riverbank", "incident", "now-repeated")
ENDED_YESTERDAY = demo_id("riverbank", "incident", "exam-papers-folder")
REASON = "The page was up for minutes, and they have met."
IT = f"it@{DOMAIN}"

pytestmark = pytest.mark.xdist_group("demo")


def the_case() -> Case:
    return Case.objects.get(pk=CaseOf.objects.get(incident=AGAIN).case_id)


def measures(**about: object) -> list[tuple[str, str]]:
    return sorted(Notice.objects.filter(kind__startswith="measure", **about).values_list("kind", "to_address"))


def can_be_repeated() -> bool:
    """Whether the school year is old enough: in its first days nothing of it was decided yet that could count."""
    return len(setting_of(RIVERBANK, timezone.localtime()).this_year) >= TAKES_DAYS


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_sixty_were_decided_last_year_whenever_it_is_filled(now: datetime) -> None:
    began = school_year_start(now.date())
    setting = setting_of(RIVERBANK, now)
    decided = Counter(
        school_year_start(act.at.date())
        for story in stories_of(RIVERBANK.key)
        for act in acts_of(story, setting)
        if isinstance(act, Decide)
        for part, _ in story.people
        if part == "subject"
    )
    assert decided[began.replace(year=began.year - 1)] >= 60
    assert set(decided) <= {began, began.replace(year=began.year - 1)}


def test_online_bullying_repeated_inside_the_year_waits_for_the_head_as_d_with_its_reasons(seeded: None) -> None:
    head = viewer_of("head")
    (waiting,) = sanctions_waiting(viewer=head, now=timezone.now()).to_decide
    case = the_case()
    assert (waiting.incident_id, waiting.only_case) == (AGAIN, case.pk)
    assert (case.proposed, case.is_confirmed, case.decided_at) == ("D" if can_be_repeated() else "C", True, None)
    earlier = Case.objects.get(
        pk=CaseOf.objects.get(incident=demo_id("riverbank", "incident", "blog-caricature")).case_id
    )
    assert (earlier.person_id, earlier.decided) == (case.person_id, "C")
    steps = json.loads(Proposal.objects.filter(case=case).latest("at").content)["steps"]
    resting = {each["code"]: each["text"] for each in steps if each["earlier"]}
    assert set(resting) == ({"persistent_bullying", "repeated_serious"} if can_be_repeated() else set())
    assert all(earlier.reference in text for text in resting.values())


def test_the_head_goes_down_to_c_parents_and_the_authority_are_written_to_and_the_ban_ends(seeded: None) -> None:
    """What the demonstration is for, walked through its services; the clock is moved, as nobody waits a week."""
    head, coordinator = viewer_of("head"), viewer_of("coordinator")
    case, today = the_case(), timezone.localdate()
    follow_sanctions()
    Notice.objects.all().delete()
    choice = Choice("C", "sanction", REASON, sanctions=(Wanted("loss_of_internet", today, today + timedelta(days=5)),))
    proposal = Proposal.objects.filter(case=case).latest("at")
    made = deciding.decide(by=head, incident_id=AGAIN, seen=CaseSeen(case.pk, proposal.pk), choice=choice)
    assert (made.grade, made.departure, made.reason) == ("C", "down" if can_be_repeated() else "none", REASON)

    written = letters.draft_letter(by=head, incident_id=AGAIN, case_id=case.pk, template="told_serious", meeting="")
    letters.approve_letter(by=head, incident_id=AGAIN, letter_id=written.pk, edition=written.edition)
    to = parents_of(case, today).may
    assert len(to) == 2
    mailed = Notice.objects.filter(kind="letter_to_parents").values_list("to_address", flat=True)
    assert sorted(mailed) == sorted(each.address for each in to)
    assert Letter.objects.get(pk=written.pk).approved_at is not None

    incident = Incident.objects.get(pk=AGAIN)
    assert incident.recorded_at is not None
    assert incident.due_at == incident.recorded_at + timedelta(hours=24) > timezone.now()
    finalise(by=coordinator, incident_id=AGAIN, version=incident.revision)
    assert Incident.objects.get(pk=AGAIN).status == Status.IN_PROGRESS

    ban = Sanction.objects.get(case=case, code="loss_of_internet")
    follow_sanctions()
    assert measures() == [("measure_begins", IT)] == measures(object_id=ban.pk)
    for days, ended in ((5, None), (6, "over")):
        noon = timezone.make_aware(datetime.combine(today + timedelta(days=days), time(12)))
        with time_machine.travel(noon, tick=False):
            follow_sanctions()
        ban.refresh_from_db()
        assert (ban.ended_at is not None, ban.ended_why) == (ended is not None, ended or "")
    assert measures(object_id=ban.pk) == [("measure_begins", IT), ("measure_over", IT)]


def test_the_first_minute_ends_the_ban_of_yesterday_and_nothing_older(seeded: None) -> None:
    """What was over before had ended by itself then, and nobody is written to about it now."""
    today = timezone.localdate()
    assert not Notice.objects.filter(kind__startswith="measure").exists()
    running = Sanction.objects.filter(ended_at__isnull=True, ends_on__isnull=False)
    (ban,) = running.filter(ends_on__lt=today)
    assert (ban.ends_on, CaseOf.objects.get(case=ban.case_id).incident_id) == (
        today - timedelta(days=1),
        ENDED_YESTERDAY,
    )
    assert running.filter(ends_on=today + timedelta(days=1), school_id=school_id_of(RIVERBANK)).exists()
    for each in Sanction.objects.filter(ended_why="over"):
        assert each.ended_at is not None
        assert each.ends_on is not None
        assert timezone.localdate(each.ended_at) == each.ends_on + timedelta(days=1)
    follow_sanctions()
    assert measures() == [("measure_over", IT)]
    ban.refresh_from_db()
    assert ban.ended_why == "over"


def test_the_governor_is_shown_a_year_of_figures(seeded: None) -> None:
    governor, today = viewer_of("governor"), timezone.localdate()
    page = fairness_page(viewer=governor, today=today)
    assert page.shown.year.next.starts_on == school_year_start(today)
    whole = page.shown.pupils.all
    assert (whole.cases.value or 0) >= 60
    assert whole.share_down is not None
    assert whole.share_up is not None
    sen = next(each for each in page.shown.pupils.needs if each.code == "sen")
    assert sen.with_it.share_down is not None, WITH
    assert sen.without.share_down is not None, WITHOUT
    assert len(page.shown.pupils.said) >= 2
    assert len(page.shown.pupils.year_groups) == 5
    assert all(not each.cases.is_few for each in page.shown.pupils.year_groups)


def test_putting_it_right_waits_to_be_looked_at_again_once(seeded: None) -> None:
    rows = Restorative.objects.filter(school_id=school_id_of(RIVERBANK))
    assert rows.filter(reviewed_at__isnull=True).count() == 1
    assert rows.filter(worked=True).exists()


def test_both_schools_have_decided_cases(seeded: None) -> None:
    for school in SCHOOLS:
        assert Case.objects.filter(school_id=school_id_of(school), decided_at__isnull=False).exists()
