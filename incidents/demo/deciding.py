"""The head teacher of the demo: confirms what the form says, decides as is proposed, sees to what follows."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from incidents.models import CaseOf, Incident
from incidents.services.cases import matter_of
from packs.schema import Audience, Grade
from sanctions.models import Case
from sanctions.rules.deciding import Choice, Wanted
from sanctions.rules.facts import FLAGS, facts_from
from sanctions.services import cases, deciding, following
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
HOW = "Seen to the same day."


def decide_as_proposed(by: Viewer, incident: Incident, at: datetime) -> None:
    """Confirm, decide and do what follows for everybody in an incident about whom the framework was asked."""
    for each in CaseOf.objects.filter(incident=incident, case__withdrawn_at__isnull=True).order_by("case__person_id"):
        case = _confirmed(by, incident, each.case_id, at)
        deciding.decide(
            by=by,
            case_id=case.pk,
            matter=matter_of(incident),
            seen=cases.newest_proposal(case).pk,
            choice=_choice(case, at),
            now=at,
        )
        for task in case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).order_by("code"):
            decision = "yes" if task.records_decision else ""
            following.do_task(by=by, task_id=task.pk, cases=[case.pk], decision=decision, how=HOW, now=at)


def _confirmed(by: Viewer, incident: Incident, case_id: UUID, at: datetime) -> Case:
    case = Case.objects.get(pk=case_id)
    facts = facts_from(cases.newest_facts(case).content)
    said = Confirmed(
        breaches=facts.breaches,
        # Whoever came across something by accident has told somebody: that is how it came to be known.
        told_staff_promptly=True if facts.is_accident else None,
        **{flag: getattr(facts, flag) for flag in FLAGS},
    )
    return cases.confirm_facts(
        by=by, case_id=case.pk, matter=matter_of(incident), seen=case.facts_number, facts=said, now=at
    )


def _choice(case: Case, at: datetime) -> Choice:
    if not case.proposed:
        return Choice(grade=None, path="none")
    audience, grade = case.audience, case.proposed
    today = timezone.localdate(at)
    wanted = GIVEN[audience, grade].items()  # type: ignore[index]  # constraints hold both to these
    return Choice(
        grade=grade,  # type: ignore[arg-type]
        path="sanction",
        sanctions=tuple(Wanted(code, today, today + timedelta(days=days) if days else None) for code, days in wanted),
        warns=audience == "pupil" and grade in {"A", "B"},
    )
