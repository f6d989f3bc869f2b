"""Decided cases put straight into the tables, where a test needs many of them, over years."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from incidents.models import CaseOf, Incident
from sanctions.models import Case, Decision, FactsRecord, Proposal, Sanction
from sanctions.rules.departing import departure
from sanctions.rules.facts import Facts, content_of
from schools.models import Person
from tests.factories.rows import log_row

AUTUMN = datetime(2025, 10, 6, 9, tzinfo=UTC)


@dataclass
class Story:
    """One case: what was proposed, and each decision with its day; the first decides, others revise or quash."""

    proposed: str = "C"
    decided: str = "C"
    at: datetime = AUTUMN
    audience: str = "pupil"
    year_group: str = "Year 5"
    needs: tuple[str, ...] = ()
    took: timedelta = timedelta(days=3)
    later: tuple[tuple[datetime, str, str], ...] = ()
    """When, which category, and whether revised or quashed."""
    breaches: tuple[str, ...] = ("online_bullying",)
    reason: str = "Weighed against the harm done."
    facts: dict[str, Any] = field(default_factory=dict)
    incident: dict[str, Any] = field(default_factory=dict)
    days: int | None = None
    """Of a ban from the internet; None: nothing was given."""


def told(head: Person, person: Person, stories: Iterable[Story]) -> list[Case]:
    """The cases of these stories, each with an incident of its own that the head teacher reads."""
    stories = list(stories)
    begun = Incident.objects.count()
    incidents, cases, facts, proposals, decisions, sanctions = [], [], [], [], [], []
    for number, story in enumerate(stories):
        incident = log_row(head, begun + number, logged_at=story.at, **story.incident)
        newest = story.later[-1] if story.later else (story.at, story.decided, "decided")
        case = Case(
            school_id=head.school_id,
            person=person,
            audience=story.audience,
            reference=incident.reference,
            happened_on=(story.at - story.took).date(),
            recorded_at=story.at - story.took,
            opened_at=story.at - story.took,
            pack_code="camden_2021",
            pack_version=1,
            facts_number=1,
            outcome="graded" if story.proposed else "nothing",
            proposed=story.proposed,
            is_confirmed=True,
            decisions_count=1 + len(story.later),
            decided=newest[1],
            decided_at=story.at,
            departure=way(story.proposed, newest[1]),
            year_group=story.year_group,
            needs=sorted(story.needs),
        )
        said = Facts(
            audience=story.audience,  # type: ignore[arg-type]
            happened_on=case.happened_on,
            breaches=frozenset(story.breaches),
            needs=frozenset(story.needs),
            **story.facts,
        )
        fact = FactsRecord(
            school_id=head.school_id,
            case=case,
            number=1,
            content=content_of(said),
            is_confirmed=True,
            by=head,
            at=story.at,
        )
        proposal = Proposal(
            school_id=head.school_id,
            case=case,
            facts=fact,
            grade=story.proposed,
            outcome=case.outcome,
            content="{}",
            sha256="0" * 64,
            at=story.at,
        )
        for order, (at, grade, kind) in enumerate(((story.at, story.decided, "decided"), *story.later), 1):
            decision = Decision(
                id=uuid.uuid4(),
                school_id=head.school_id,
                case=case,
                number=order,
                kind=kind,
                proposal=proposal,
                grade=grade,
                departure=way(story.proposed, grade),
                reason=story.reason if order > 1 or way(story.proposed, grade) != "none" else "",
                path="sanction" if grade else "none",
                breaches=list(story.breaches) if grade else [],
                by=head,
                as_post="head_teacher",
                at=at,
            )
            decisions.append(decision)
        if story.days is not None:
            starts_on: date = story.at.date()
            sanctions.append(
                Sanction(
                    school_id=head.school_id,
                    case=case,
                    decision=decision,
                    code="loss_of_internet",
                    text="Loss of internet or ICT access for a period",
                    starts_on=starts_on,
                    ends_on=starts_on + timedelta(days=story.days - 1),
                )
            )
        incidents.append(incident)
        cases.append(case)
        facts.append(fact)
        proposals.append(proposal)
    Incident.objects.bulk_create(incidents)
    Case.objects.bulk_create(cases)
    CaseOf.objects.bulk_create(
        CaseOf(school_id=head.school_id, incident=incident, case=case)
        for incident, case in zip(incidents, cases, strict=True)
    )
    FactsRecord.objects.bulk_create(facts)
    Proposal.objects.bulk_create(proposals)
    Decision.objects.bulk_create(decisions)
    Sanction.objects.bulk_create(sanctions)
    return cases


def way(proposed: str, decided: str) -> str:
    """Lighter, graver or as proposed."""
    return departure(proposed or None, decided or None)  # type: ignore[arg-type]
