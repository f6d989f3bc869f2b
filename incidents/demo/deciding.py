"""The head teacher of the demo: confirms what the form says, decides as the story has it, sees to what follows."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from audit.models import Entry
from incidents.demo.acts import Decide
from incidents.demo.stories import Finding
from incidents.models import CaseOf, Incident
from incidents.services.cases import matter_of
from packs.schema import Audience, Grade
from sanctions.models import Case, Restorative, Sanction, Task
from sanctions.rules.deciding import Choice, Wanted
from sanctions.rules.facts import FLAGS, facts_from
from sanctions.services import cases, deciding
from sanctions.services.matters import Confirmed
from schools.viewer import Viewer

# What the head gives for each category, and for how many days where it ends.
GIVEN: dict[tuple[Audience, Grade], dict[str, int]] = {
    ("pupil", "A"): {"inform_parents": 0},
    ("pupil", "B"): {"inform_parents": 0, "loss_of_free_time": 2},
    ("pupil", "C"): {"inform_parents": 0, "loss_of_internet": 7},
    ("pupil", "D"): {"inform_parents": 0, "fixed_term_exclusion": 2},
    ("staff", "A"): {"warning": 0},
    ("staff", "B"): {"disciplinary_action": 0},
}
BAN = "loss_of_internet"
NONE = "none"
HOW = "Seen to the same day."
REVIEW_AFTER = timedelta(days=28)
# What was to be looked at again lately waits for whoever comes in; what was to be before that was looked at on its day.
LATELY = timedelta(days=7)
REVIEWED = "All of it was done, and neither side has anything to add."
# How soon the clock that runs each minute has told whoever carries a sanction out, and has ended it.
SOON = timedelta(minutes=1)
AS_THE_FORM_SAYS = Finding()


def confirm_all(
    by: Viewer, incident: Incident, at: datetime, findings: Mapping[UUID, Finding] | None = None
) -> list[Case]:
    """Confirm the facts about everybody in an incident about whom the framework was asked."""
    return [
        cases.confirm_facts(
            by=by,
            case_id=case.pk,
            matter=matter_of(incident),
            seen=case.facts_number,
            facts=confirmed(case, (findings or {}).get(case.person_id, AS_THE_FORM_SAYS)),
            now=at,
        )
        for case in _cases(incident)
    ]


def decide_all(by: Viewer, incident: Incident, act: Decide) -> list[Case]:
    """Confirm the facts, and decide about everybody in an incident about whom the framework was asked."""
    found = confirm_all(by, incident, act.at, act.findings)
    for case in found:
        deciding.decide(
            by=by,
            case_id=case.pk,
            matter=matter_of(incident),
            seen=cases.newest_proposal(case).pk,
            choice=_choice(case, act.findings.get(case.person_id, AS_THE_FORM_SAYS), act),
            now=act.at,
        )
    return found


def see_to_all(by: Viewer, decided: list[Case], act: Decide) -> None:
    """Everything that must follow was done, as ``sanctions.services.following.do_task`` does it for each."""
    tasks = list(Task.objects.filter(case__in=decided, done_at__isnull=True, dropped_at__isnull=True))
    for task in tasks:
        task.done_at, task.done_by_id, task.how = act.at, by.person_id, HOW
        task.decision = decision_on(task)
    Task.objects.bulk_update(tasks, ["done_at", "done_by", "decision", "how"])
    Entry.objects.bulk_create(
        Entry(
            school_id=task.school_id,
            actor_id=by.user_id,
            action="case.task_done",
            object_type="task",
            object_id=task.pk,
            at=act.at,
        )
        for task in tasks
    )


def decision_on(task: Task) -> str:
    """What is put down where something is to be considered."""
    return "yes" if task.records_decision else ""


def begin_and_end(decided: list[Case], act: Decide) -> None:
    """What the clock has made of the sanctions since, as ``sanctions.services.following`` does; no mails."""
    given = Sanction.objects.filter(case__in=decided)
    given.exclude(tells="").update(begun_told_at=begun_at(act))
    begun = given.exclude(begun_told_at__isnull=True)
    Entry.objects.bulk_create(
        Entry(
            school_id=each.school_id,
            action="sanction.begun",
            object_type="sanction",
            object_id=each.pk,
            at=begun_at(act),
        )
        for each in begun
    )
    over = [each for each in given if is_over(each, act)]
    for each in over:
        each.ended_at, each.ended_why = ended_at(each), "over"
    Sanction.objects.bulk_update(over, ["ended_at", "ended_why"])
    Entry.objects.bulk_create(
        Entry(
            school_id=each.school_id,
            action="sanction.over",
            object_type="sanction",
            object_id=each.pk,
            at=ended_at(each),
        )
        for each in over
    )


def review_all(by: Viewer, decided: list[Case], act: Decide) -> None:
    """What was agreed was looked at again, as ``sanctions.services.following.review`` does it for each."""
    agreed = list(Restorative.objects.filter(case__in=decided, review_on__lt=act.today - LATELY))
    for each in agreed:
        each.reviewed_at, each.reviewed_by_id, each.worked, each.outcome = (
            reviewed_at(each),
            by.person_id,
            True,
            REVIEWED,
        )
    Restorative.objects.bulk_update(agreed, ["reviewed_at", "reviewed_by", "worked", "outcome"])
    Entry.objects.bulk_create(
        Entry(
            school_id=each.school_id,
            actor_id=by.user_id,
            action="restorative.reviewed",
            object_type="restorative",
            object_id=each.pk,
            at=reviewed_at(each),
        )
        for each in agreed
    )


def reviewed_at(agreed: Restorative) -> datetime:
    """When what was agreed was looked at again."""
    return datetime.combine(agreed.review_on, time(15), tzinfo=timezone.get_current_timezone())


def begun_at(act: Decide) -> datetime:
    """When whoever carries out what was decided was told."""
    return act.at + SOON


def is_over(sanction: Sanction, act: Decide) -> bool:
    """Whether the clock has ended it by now."""
    waits = sanction.code == BAN and act.ban_ends is not None
    return sanction.ends_on is not None and sanction.ends_on < act.today and not waits


def ended_at(sanction: Sanction) -> datetime:
    """When the clock has ended a sanction that has a last day."""
    assert sanction.ends_on is not None
    midnight = datetime.combine(sanction.ends_on + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    return midnight + SOON


def confirmed(case: Case, finding: Finding) -> Confirmed:
    """The facts as somebody has looked at them: as the form says, but for what the story says."""
    facts = facts_from(cases.newest_facts(case).content)
    return Confirmed(
        breaches=frozenset(finding.breaches) or facts.breaches,
        told_staff_promptly=finding.told if facts.is_accident else None,
        needs=frozenset(finding.needs),
        **{flag: getattr(facts, flag) for flag in FLAGS},
    )


def _cases(incident: Incident) -> list[Case]:
    found = Case.objects.filter(pk__in=CaseOf.objects.filter(incident=incident).values("case"))
    return list(found.filter(withdrawn_at__isnull=True).order_by("person_id"))


def _choice(case: Case, finding: Finding, act: Decide) -> Choice:
    grade = finding.grade or case.proposed or NONE
    if grade == NONE:
        return Choice(grade=None, path="none", reason=finding.reason)
    audience, today = case.audience, timezone.localdate(act.at)
    if finding.agreed:
        return Choice(
            grade=grade,  # type: ignore[arg-type]  # constraints hold both to these
            path="restorative",
            reason=finding.reason,
            agreed=finding.agreed,
            review_on=today + REVIEW_AFTER,
        )
    wanted = GIVEN[audience, grade].items()  # type: ignore[index]  # as above
    return Choice(
        grade=grade,  # type: ignore[arg-type]
        path="sanction",
        reason=finding.reason,
        sanctions=tuple(Wanted(code, today, _last_day(code, days, today, act.ban_ends)) for code, days in wanted),
        warns=audience == "pupil" and grade in {"A", "B"},
    )


def _last_day(code: str, days: int, today: date, ban_ends: date | None) -> date | None:
    if code == BAN and ban_ends is not None:
        return ban_ends
    return today + timedelta(days=days) if days else None
