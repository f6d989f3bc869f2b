"""The head teacher decides, revises or quashes. Duties S2, S3, S4, P13 (CC 2.3.1, 4.5, 5, CM 2.3.1, 4.5, 5)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs.schema import Framework, Obligation
from sanctions.models import Case, Decision, Proposal, Restorative, Sanction, Warning
from sanctions.rules.deciding import Choice, Wanted, problems
from sanctions.rules.departing import departure
from sanctions.rules.facts import facts_from
from sanctions.rules.found import breaches_found
from sanctions.rules.looking_back import Made, warned_since
from sanctions.rules.proposing import propose
from sanctions.selectors.frameworks import framework_of
from sanctions.services.cases import ask_again, locked, look_again, newest_proposal
from sanctions.services.following import tell_it_is_over
from sanctions.services.matters import Matter
from sanctions.services.problems import (
    AlreadyDecided,
    CannotDecide,
    FactsOpen,
    MovedOn,
    NotDecided,
    ReasonMissing,
)
from sanctions.services.tasks import TELL_HEAD, sync_tasks
from schools.roles import Permission, Role
from schools.viewer import NotAllowed, Viewer

ACTIONS = {"decided": "case.decided", "revised": "case.revised", "quashed": "case.quashed"}


def decide(
    *,
    by: Viewer,
    case_id: UUID,
    matter: Matter,
    seen: UUID,
    choice: Choice,
    now: datetime | None = None,
) -> Decision:
    """Decide one case for the first time. Duties S2, S3 (CC 2.3.1, 5, CM 2.3.1, 5). Twenty queries at most.

    ``seen`` is the proposal that was on the page: where the facts or the earlier record have changed since, nothing is
    decided. A second click gives back the decision that the first one made. Raises NotAllowed for a post that does not
    decide, Case.DoesNotExist, FactsOpen, MovedOn, AlreadyDecided, CannotDecide.
    """
    _must_decide(by, matter)
    with transaction.atomic():
        case = locked(by, case_id)
        if case.decided_at is not None:
            standing = standing_decision(case)
            framework = framework_of(case.framework, case.pack_code, case.pack_version)
            if standing.number == 1 and standing.by_id == by.person_id and _says(standing, choice, framework):
                return standing
            raise AlreadyDecided
        proposal = _current(case, seen)
        return _keep(by, case, proposal, choice, kind="decided", matter=matter, now=now or timezone.now())


def bring_up_to_date(*, by: Viewer, case_id: UUID, matter: Matter) -> None:
    """Ask again before deciding, in a transaction of its own: whoever must look again sees what has changed.

    Ten queries at most. Raises Case.DoesNotExist.
    """
    with transaction.atomic():
        case = locked(by, case_id)
        if case.decided_at is None and case.is_confirmed:
            ask_again(by=by, case=case, matter=matter)


def revise(*, by: Viewer, case_id: UUID, matter: Matter, seen: int, choice: Choice) -> Decision:
    """Put another decision in the place of the one that stands, with a reason. Duty S2. 25 queries at most.

    What was given by the earlier one ends; what is given now begins anew. ``seen`` is the number of the decision that
    was on the page. What an appeal has quashed stays quashed. Raises NotAllowed, Case.DoesNotExist, NotDecided,
    MovedOn, CannotDecide.
    """
    _must_decide(by, matter)
    with transaction.atomic():
        case = locked(by, case_id)
        if case.decided_at is None or standing_decision(case).kind == "quashed":
            raise NotDecided
        if case.decisions_count != seen:
            raise MovedOn
        return _keep(by, case, newest_proposal(case), choice, kind="revised", matter=matter, now=timezone.now())


def quash(*, by: Viewer, case_id: UUID, matter: Matter, seen: int, reason: str) -> Decision:
    """Take a decision back on appeal: nothing of it counts any more; its history stays. Duties S2, S5. 18 queries.

    Raises NotAllowed, Case.DoesNotExist, NotDecided, MovedOn, ReasonMissing.
    """
    _must_decide(by, matter)
    if not reason.strip():
        raise ReasonMissing("Say who heard the appeal and why the decision is quashed.")
    with transaction.atomic():
        case = locked(by, case_id)
        if case.decided_at is None or standing_decision(case).kind == "quashed":
            raise NotDecided
        if case.decisions_count != seen:
            raise MovedOn
        nothing = Choice(grade=None, path="none", reason=reason)
        return _written(by, case, newest_proposal(case), nothing, kind="quashed", matter=matter, now=timezone.now())


def standing_decision(case: Case) -> Decision:
    """The decision that stands. One query. Raises Decision.DoesNotExist."""
    return Decision.objects.get(case=case, number=case.decisions_count)


def _must_decide(by: Viewer, matter: Matter) -> None:
    by.must(Permission.DECIDE_SANCTIONS)
    if matter.decider_post not in {role.value for role in by.roles}:
        raise NotAllowed


def _current(case: Case, seen: UUID) -> Proposal:
    """The proposal that was seen, if it is still the newest."""
    if not case.is_confirmed or case.outcome == "unanswered":
        raise FactsOpen
    proposal = newest_proposal(case)
    if proposal.pk != seen:
        raise MovedOn
    return proposal


def _keep(
    by: Viewer, case: Case, proposal: Proposal, choice: Choice, *, kind: str, matter: Matter, now: datetime
) -> Decision:
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    wrong = problems(
        choice,
        framework,
        audience=case.audience,  # type: ignore[arg-type]
        proposed=proposal.grade or None,  # type: ignore[arg-type]
        may_be_restorative=may_be_restorative(proposal, framework),
        today=timezone.localdate(now),
        must_say_why=kind == "revised",
    )
    if wrong:
        raise CannotDecide(wrong)
    return _written(by, case, proposal, choice, kind=kind, matter=matter, now=now, framework=framework)


def may_be_restorative(proposal: Proposal, framework: Framework) -> bool:
    """Whether the policy offers to put this right instead of a sanction. Duty P13 (CC 4.5, CM 4.5). No query."""
    return not frozenset(proposal.facts.content["breaches"]).isdisjoint(framework.restorative.breaches)


def _written(
    by: Viewer,
    case: Case,
    proposal: Proposal,
    choice: Choice,
    *,
    kind: str,
    matter: Matter,
    now: datetime,
    framework: Framework | None = None,
) -> Decision:
    """``framework`` is None where nothing is given: a decision is quashed."""
    facts = facts_from(proposal.facts.content)
    breaches = [] if framework is None else list(breaches_found(facts, framework, choice.grade))
    decision = Decision.objects.create(
        school_id=case.school_id,
        case=case,
        number=case.decisions_count + 1,
        kind=kind,
        proposal=proposal,
        grade=choice.grade or "",
        departure=departure(proposal.grade or None, choice.grade),  # type: ignore[arg-type]
        reason=choice.reason.strip(),
        path=choice.path,
        breaches=breaches,
        warns=_warns(choice, framework),
        by_id=by.person_id,
        as_post=matter.decider_post,
        at=now,
    )
    before = None if decision.number == 1 else standing_decision(case)
    _end_what_ran(case, by, now, given_again=frozenset(each.code for each in choice.sanctions))
    if framework is not None:
        _give(case, decision, choice, framework, now)
    case.decisions_count = decision.number
    case.decided, case.departure, case.decided_at = decision.grade, decision.departure, case.decided_at or now
    # Looked at again it was; but whom the record does not name is not named by deciding once more.
    case.look_again = "unnamed" if case.look_again == "unnamed" and kind != "quashed" else ""
    case.save(update_fields=["decisions_count", "decided", "departure", "decided_at", "look_again"])
    sync_tasks(case, _obligations(case, proposal, decision, framework), matter, now)
    if decision.as_post == Role.HEAD_TEACHER:
        told = case.tasks.filter(code=TELL_HEAD, done_at__isnull=True, dropped_at__isnull=True)
        told.update(done_at=now, done_by_id=by.person_id)
    if before is not None and (before.grade, before.warns) != (decision.grade, decision.warns):
        _ask_to_look_again(by, case, now)
    _audit(by, ACTIONS[kind], case, now, {"number": decision.number, "departure": decision.departure})
    return decision


def _obligations(
    case: Case, proposal: Proposal, decision: Decision, framework: Framework | None
) -> tuple[Obligation, ...]:
    """What must follow is of the category that was decided, not of the one that was proposed. Duties S1, R3, R11."""
    if framework is None:
        return ()
    if decision.departure == "none":
        return propose(facts_from(proposal.facts.content), framework).obligations
    return framework.category(case.audience, decision.grade).obligations if decision.grade else ()  # type: ignore[arg-type]


def _ask_to_look_again(by: Viewer, case: Case, now: datetime) -> None:
    """Later decisions about the same person that rest on what has just been changed. Two queries, and two for each."""
    entries = {str(pk) for pk in (*case.decisions.values_list("pk", flat=True),)}
    entries |= {str(pk) for pk in case.warnings.values_list("pk", flat=True)}
    others = Case.objects.select_for_update(no_key=True).filter(
        school_id=case.school_id, person_id=case.person_id, decided_at__isnull=False
    )
    for other in others.exclude(pk=case.pk).exclude(decided="").order_by("pk"):
        steps = json.loads(newest_proposal(other).content)["steps"]
        if not entries.isdisjoint(entry for step in steps for entry in step["earlier"]):
            look_again(by=by, case=other, why="earlier", now=now)


def _warns(choice: Choice, framework: Framework | None) -> bool:
    return choice.warns or any(
        framework is not None and framework.sanction_type(each.code).counts_as_warning for each in choice.sanctions
    )


def _give(case: Case, decision: Decision, choice: Choice, framework: Framework, now: datetime) -> None:
    """The rows of what was chosen."""
    Sanction.objects.bulk_create(
        Sanction(
            school_id=case.school_id,
            case=case,
            decision=decision,
            code=each.code,
            text=framework.sanction_type(each.code).text,
            detail=each.detail.strip(),
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            tells=framework.sanction_type(each.code).tells or "",
        )
        for each in choice.sanctions
    )
    if decision.warns:
        made = [
            Made(at, grade or None, warns)  # type: ignore[arg-type]  # a constraint holds it to the four
            for at, grade, warns in case.decisions.order_by("-number").values_list("at", "grade", "warns")
        ]
        Warning.objects.create(
            school_id=case.school_id,
            case=case,
            decision=decision,
            person_id=case.person_id,
            breaches=decision.breaches,
            given_on=timezone.localdate(warned_since(made)),
        )
    if choice.path == "restorative" and choice.review_on is not None:
        Restorative.objects.create(
            school_id=case.school_id,
            case=case,
            decision=decision,
            agreed=choice.agreed.strip(),
            review_on=choice.review_on,
        )


def _end_what_ran(case: Case, by: Viewer, now: datetime, *, given_again: frozenset[str]) -> None:
    """Whoever carries it out is told that it is over, unless the same is given once more."""
    ran = list(case.sanctions.filter(ended_at__isnull=True))
    if not ran:
        return
    case.sanctions.filter(ended_at__isnull=True).update(ended_at=now, ended_why="revised", ended_by_id=by.person_id)
    for each in ran:
        audit.record(
            "sanction.ended",
            school_id=case.school_id,
            actor_id=by.user_id,
            object_type="sanction",
            object_id=each.pk,
            at=now,
        )
        if each.code not in given_again:
            tell_it_is_over(each)


def _says(decision: Decision, choice: Choice, framework: Framework) -> bool:
    """Whether a decision on record says what was chosen."""
    return (
        decision.grade == (choice.grade or "")
        and decision.path == choice.path
        and decision.reason == choice.reason.strip()
        and decision.warns == _warns(choice, framework)
        and {Wanted(each.code, each.starts_on, each.ends_on, each.detail) for each in decision.sanctions.all()}
        == {replace(each, detail=each.detail.strip()) for each in choice.sanctions}
        and [(each.agreed, each.review_on) for each in decision.restorative.all()]
        == ([(choice.agreed.strip(), choice.review_on)] if choice.path == "restorative" else [])
    )


def _audit(by: Viewer, action: str, case: Case, at: datetime, detail: Mapping[str, int | str]) -> None:
    audit.record(
        action,
        school_id=case.school_id,
        actor_id=by.user_id,
        object_type="case",
        object_id=case.pk,
        detail=dict(detail),
        at=at,
    )
