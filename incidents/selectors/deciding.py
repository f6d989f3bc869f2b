"""The cases of an incident, for whoever runs it, decides in it or reads it. Duties S1 to S4 (CC 2.3.1, 5, CM 2.3.1, 5).

Who may know of an incident may know of its cases, and nobody else. What a proposal says is read from the very bytes
that were kept, and never worked out anew.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.utils import timezone

from incidents import access
from incidents.models import CaseOf, Incident, Revision
from incidents.rules.clock import clock_for
from incidents.rules.posts import capital
from incidents.selectors.case_words import breach_in_words, facts_in_words
from incidents.selectors.cases_shown import (
    DEPARTURES,
    ENDED,
    KINDS,
    LOOK_AGAIN,
    PATHS,
    AgreedShown,
    CaseLine,
    CasePage,
    DecisionShown,
    EarlierShown,
    Heading,
    Overview,
    SanctionShown,
    StepShown,
    TaskShown,
    Together,
    grade_in_words,
)
from packs import loader
from packs.schema import Framework
from sanctions.models import Case, Decision, Proposal, Restorative, Sanction, Task
from sanctions.rules.facts import facts_from
from sanctions.rules.proposing import QUESTIONS
from sanctions.rules.words import day_in_words
from sanctions.selectors.frameworks import framework_of
from schools.roles import ROLE_NAMES, Permission, Role
from schools.viewer import Viewer

# That something counts cannot be hidden from whoever decides on it; what, when and how grave it was can.
HIDDEN_EARLIER = "An earlier matter that is not yours to read counts here. Whoever handled it can say what you need."
NOT_DONE = Q(done_at__isnull=True, dropped_at__isnull=True)
_HEADING = ("pk", "reference", "handler_post", "decider_post")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who looks at a case, and which entries of the earlier record they may open: reference to incident and case."""

    known: Mapping[str, tuple[UUID, UUID]]
    hidden: frozenset[str]

    def words(self, text: str) -> str:
        """A sentence of a proposal, without a matter that this reader may not know of. Deny beats allow."""
        return HIDDEN_EARLIER if any(each in text for each in self.hidden) else text


def heading_of(*, viewer: Viewer, incident_id: UUID) -> Heading:
    """Who decides in an incident, and what this viewer may do there. One query. Raises Incident.DoesNotExist."""
    return _heading(viewer, Incident.objects.visible_to(viewer).values_list(*_HEADING).get(pk=incident_id))


def overview_of(*, viewer: Viewer, incident_id: UUID, now: datetime) -> Overview:
    """Every case of an incident. Two queries, however many there are. Raises Incident.DoesNotExist.

    To be called by a service that leaves the audit row.
    """
    heading = heading_of(viewer=viewer, incident_id=incident_id)
    decisions = Decision.objects.filter(case=OuterRef("case"), number=OuterRef("case__decisions_count"))
    tasks = Task.objects.filter(NOT_DONE, case=OuterRef("case")).order_by().values("case")
    rows = (
        CaseOf.objects.visible_to(viewer)
        .filter(incident_id=incident_id, case__withdrawn_at__isnull=True)
        .select_related("case__person__pupil")
        .annotate(
            proposal=Subquery(_newest_proposal().values("pk")[:1]),
            kind=Subquery(decisions.values("kind")),
            open_tasks=Subquery(tasks.annotate(n=Count("pk")).values("n")),
            next_due=Subquery(tasks.annotate(n=Min("due_at")).values("n")),
        )
        .order_by("case__person__family_name", "case__person__given_name", "case_id")
    )
    lines = tuple(_line(row, now) for row in rows)
    return Overview(heading, lines, _together(lines) if heading.may_decide else ())


def case_page(*, viewer: Viewer, incident_id: UUID, case_id: UUID, now: datetime, seen: UUID | None = None) -> CasePage:
    """One case, whole. Eight queries at most, one more with ``seen``: the proposal that somebody had before them.

    To be called by a service that leaves the audit row. Raises CaseOf.DoesNotExist.
    """
    newest = Revision.objects.filter(incident=OuterRef("incident"), number=OuterRef("incident__revision"))
    row = (
        CaseOf.objects.visible_to(viewer)
        .filter(case__withdrawn_at__isnull=True)
        .select_related("incident", "case__person__pupil", "case__framework")
        .defer("incident__search")
        .annotate(content=Subquery(newest.values("content")))
        .get(incident_id=incident_id, case_id=case_id)
    )
    case: Case = row.case
    incident = row.incident
    heading = _heading(viewer, (incident.pk, incident.reference, incident.handler_post, incident.decider_post))
    proposal = _newest_proposal(case.pk).select_related("facts__by")[:1].get()
    said = json.loads(proposal.content)
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    reader = _reader(viewer, case, proposal.facts.content)
    decisions = _decisions(case, now)
    breaches = frozenset(proposal.facts.content["breaches"])
    offers_right = case.audience == "pupil" and not breaches.isdisjoint(framework.restorative.breaches)
    return CasePage(
        heading=heading,
        case_id=case.pk,
        name=case.person.full_name,
        group=_group(case),
        year_group=case.year_group,
        audience=case.audience,  # type: ignore[arg-type]  # one of the two, by its choices
        happened_on=case.happened_on,
        recorded_at=case.recorded_at,
        framework=framework,
        framework_label=_framework_label(case),
        facts=proposal.facts.content,
        facts_number=proposal.facts.number,
        facts_lines=facts_in_words(proposal.facts.content),
        is_confirmed=case.is_confirmed,
        was_confirmed=proposal.facts.is_confirmed and not case.is_confirmed,
        look_again=LOOK_AGAIN.get(case.look_again, ""),
        confirmed_by=proposal.facts.by.full_name if proposal.facts.by else "",
        confirmed_at=proposal.facts.at if case.is_confirmed else None,
        note=proposal.facts.note,
        proposal_id=proposal.pk,
        outcome=proposal.outcome,
        proposed=proposal.grade,
        sentence=_sentence(case, said, framework),
        breaches=tuple(breach_in_words(each, case) for each in said["found"]),
        steps=tuple(_step(each, reader, proposal.facts.content) for each in said["steps"]),
        weigh=tuple(dict.fromkeys(reader.words(each["text"]) for each in said["weigh"])),
        questions=tuple(QUESTIONS[each] for each in said["questions"]),
        restorative=framework.restorative.text if offers_right else "",
        tasks=_tasks(viewer, heading, case, now),
        decisions=decisions,
        agreed=_agreed(case, decisions),
        changes=_changes(case, proposal, seen) if seen is not None and seen != proposal.pk else (),
        answers=row.content,
        pack=(case.pack_code, case.pack_version),
    )


def may_decide(viewer: Viewer, decider_post: str) -> bool:
    """Whether this viewer decides in a case that they may know of. Duties S2, R7 (CC 2.3.1, CM 2.3.1, NE). Pure."""
    return viewer.may(Permission.DECIDE_SANCTIONS) and decider_post in {role.value for role in viewer.roles}


def _heading(viewer: Viewer, row: tuple[UUID, str, str, str]) -> Heading:
    incident_id, reference, handler_post, decider_post = row
    decides = may_decide(viewer, decider_post)
    decider = capital(f"the {ROLE_NAMES[Role(decider_post)]}") if decider_post else ""
    return Heading(incident_id, reference, decider, decides, decides or access.may_run(viewer, handler_post))


def _newest_proposal(case_id: UUID | None = None) -> Any:
    return Proposal.objects.filter(case=case_id or OuterRef("case")).order_by("-facts__number")


def _group(case: Case) -> str:
    pupil = getattr(case.person, "pupil", None)
    return (pupil.class_name or pupil.year_group) if pupil is not None else "staff"


def _line(row: Any, now: datetime) -> CaseLine:
    case: Case = row.case
    return CaseLine(
        case_id=case.pk,
        name=case.person.full_name,
        group=_group(case),
        audience=case.audience,
        outcome=case.outcome,
        proposed=case.proposed,
        is_confirmed=case.is_confirmed,
        is_decided=case.decided_at is not None,
        is_quashed=row.kind == "quashed",
        decided=case.decided,
        departure=case.departure,
        proposal_id=row.proposal,
        open_tasks=row.open_tasks or 0,
        next_due=clock_for(row.next_due, now) if row.next_due else None,
    )


def _together(lines: Iterable[CaseLine]) -> tuple[Together, ...]:
    """Those who wait for the same decision, where there are several."""
    groups: dict[tuple[str, str], list[CaseLine]] = {}
    for each in lines:
        if each.can_be_decided:
            groups.setdefault((each.audience, each.proposal_words), []).append(each)
    return tuple(Together(words, tuple(cases)) for (_, words), cases in groups.items() if len(cases) > 1)


def _framework_label(case: Case) -> str:
    title = loader.get(case.pack_code, case.pack_version).title
    return f"{title}, the school's version {case.framework.number}" if case.framework else f"{title}, as adopted"


def _reader(viewer: Viewer, case: Case, facts: Mapping[str, Any]) -> _Reader:
    """One query, none where there is no earlier record."""
    references = {each["reference"] for each in facts["earlier"]}
    if not references:
        return _Reader({}, frozenset())
    rows = CaseOf.objects.visible_to(viewer).filter(case__person=case.person_id, incident__reference__in=references)
    known = {
        reference: (incident_id, case_id)
        for reference, incident_id, case_id in rows.values_list("incident__reference", "incident_id", "case_id")
    }
    return _Reader(known, frozenset(references - known.keys()))


def _sentence(case: Case, said: Mapping[str, Any], framework: Framework) -> str:
    """The proposal in one sentence."""
    if said["outcome"] == "unanswered":
        return "One question must be answered before anything can be proposed."
    if said["outcome"] == "nothing":
        return "No sanction is proposed."
    category = framework.category(case.audience, said["grade"])  # type: ignore[arg-type]
    return f"{capital(category.meaning)}."


def _step(step: Mapping[str, Any], reader: _Reader, facts: Mapping[str, Any]) -> StepShown:
    entries = [each for each in facts["earlier"] if each["id"] in step["earlier"]]
    shown = [_earlier(each, reader) for each in entries if each["reference"] in reader.known]
    return StepShown(reader.words(step["text"]), ", ".join(step["source"]), tuple(shown))


def _earlier(entry: Mapping[str, Any], reader: _Reader) -> EarlierShown:
    day = day_in_words(date.fromisoformat(entry["given_on"]))
    what = "Decision" if entry["kind"] == "decision" else "Warning"
    return EarlierShown(f"{what} of {day}, {entry['reference']}", reader.known.get(entry["reference"]))


def _tasks(viewer: Viewer, heading: Heading, case: Case, now: datetime) -> tuple[TaskShown, ...]:
    """One query."""
    posts = {role.value for role in viewer.roles}
    rows = Task.objects.filter(case=case, dropped_at__isnull=True).select_related("done_by").order_by("due_at", "code")
    return tuple(
        TaskShown(
            task_id=each.pk,
            text=each.text,
            owner=f"the {ROLE_NAMES[Role(each.owner_post)]}",
            due_at=each.due_at,
            clock=clock_for(each.due_at, now) if each.done_at is None else None,
            done_at=each.done_at,
            done_by=each.done_by.full_name if each.done_by else "",
            decision=each.decision,
            how=each.how,
            asks_for_decision=each.records_decision,
            is_theirs=heading.may_confirm or each.owner_post in posts,
        )
        for each in rows
    )


def _decisions(case: Case, now: datetime) -> tuple[DecisionShown, ...]:
    """Two queries, none where nothing is decided."""
    if case.decided_at is None:
        return ()
    given: dict[UUID, list[SanctionShown]] = {}
    today = timezone.localdate(now)
    for each in Sanction.objects.filter(case=case).order_by("starts_on", "code"):
        given.setdefault(each.decision_id, []).append(_sanction(each, today))
    rows = Decision.objects.filter(case=case).select_related("by").order_by("-number")
    return tuple(
        DecisionShown(
            number=each.number,
            kind=each.kind,
            grade=each.grade,
            grade_words="Nothing of it counts any more" if each.kind == "quashed" else grade_in_words(each.grade),
            departure=each.departure,
            departure_words="" if each.kind == "quashed" else f"{KINDS[each.kind]}, {DEPARTURES[each.departure]}",
            reason=each.reason,
            path=PATHS[each.path] if each.grade else "",
            warns=each.warns,
            by=each.by.full_name,
            as_post=ROLE_NAMES[Role(each.as_post)],
            at=each.at,
            sanctions=tuple(given.get(each.pk, ())),
        )
        for each in rows
    )


def _sanction(row: Sanction, today: date) -> SanctionShown:
    return SanctionShown(
        sanction_id=row.pk,
        text=row.text,
        detail=row.detail,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        ended_at=row.ended_at,
        ended=ENDED.get(row.ended_why, ""),
        ended_reason=row.ended_reason,
        is_to_come=row.ended_at is None and row.ends_on is not None and row.starts_on > today,
        is_running=row.ended_at is None and row.ends_on is not None and row.starts_on <= today <= row.ends_on,
    )


def _agreed(case: Case, decisions: Collection[DecisionShown]) -> tuple[AgreedShown, ...]:
    """One query, none where nothing is decided."""
    if not decisions:
        return ()
    rows = Restorative.objects.filter(case=case).select_related("decision", "reviewed_by").order_by("-decision__number")
    return tuple(
        AgreedShown(
            restorative_id=each.pk,
            agreed=each.agreed,
            review_on=each.review_on,
            reviewed_at=each.reviewed_at,
            reviewed_by=each.reviewed_by.full_name if each.reviewed_by else "",
            worked=each.worked,
            outcome=each.outcome,
            stands=each.decision.number == case.decisions_count,
        )
        for each in rows
    )


def _changes(case: Case, proposal: Proposal, seen: UUID) -> tuple[str, ...]:
    """What is otherwise now than in a proposal that was on somebody's page. One query."""
    before = Proposal.objects.filter(case=case, pk=seen).select_related("facts").first()
    if before is None:
        return ("The proposal you had before you is not this case's. Look at this one.",)
    old, new = facts_from(before.facts.content), facts_from(proposal.facts.content)
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    told: list[str] = []
    if before.grade != proposal.grade or before.outcome != proposal.outcome:
        told.append(f"Proposed then: {grade_in_words(before.grade)}. Proposed now: {grade_in_words(proposal.grade)}.")
    for word, codes in (("Added", new.breaches - old.breaches), ("Taken away", old.breaches - new.breaches)):
        told += (f"{word}: {framework.breach(new.audience, code).text}." for code in sorted(codes))
    if old.earlier != new.earlier:
        told.append("The earlier record is another one now.")
    if not told:
        told.append("The facts were put down anew: look at them again.")
    return tuple(told)
