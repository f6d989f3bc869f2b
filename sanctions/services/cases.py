"""A case is opened, its facts are put down and confirmed, and the framework is asked. Duties S1, S4 (CC 5, CM 5)."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs.schema import Audience, Framework
from sanctions.models import Case, Decision, FactsRecord, Proposal
from sanctions.rules.facts import NEEDS, Earlier, Facts, content_of, facts_from
from sanctions.rules.looking_back import look_back_from
from sanctions.rules.proposing import Proposal as Proposed
from sanctions.rules.proposing import propose
from sanctions.selectors.frameworks import framework_for, framework_of
from sanctions.selectors.records import earlier_record
from sanctions.services.matters import Confirmed, Matter, Said
from sanctions.services.problems import AlreadyDecided, MovedOn
from sanctions.services.tasks import sync_tasks
from schools.rules.school_years import school_year_start
from schools.viewer import Viewer

# The columns of a case that show its newest facts.
SHOWN = ("facts_number", "outcome", "proposed", "is_confirmed", "needs", "year_group", "happened_on")


def open_case(
    *, by: Viewer | None, matter: Matter, person_id: UUID, audience: Audience, said: Said, now: datetime | None = None
) -> Case:
    """Ask the framework about one person, from what the form says. Nine queries.

    The framework in force now is the one this case keeps. Runs in the caller's transaction, which has asked whether the
    viewer may. Raises UnknownBreach for a breach that the framework does not list.
    """
    version, framework = framework_for(
        school_id=matter.school_id, pack_code=matter.pack_code, pack_version=matter.pack_version
    )
    now = now or timezone.now()
    case = Case.objects.create(
        school_id=matter.school_id,
        person_id=person_id,
        audience=audience,
        reference=matter.reference,
        happened_on=matter.happened_on,
        recorded_at=matter.recorded_at,
        opened_at=now,
        pack_code=matter.pack_code,
        pack_version=matter.pack_version,
        framework=version,
        year_group=said.year_group,
        form_said=_kept(said),
    )
    _audit(by, "case.opened", case, now)
    facts = _as_said(_bare(case, framework), said)
    _ask(case, facts, framework, matter, by=by, now=now)
    return case


def form_says(*, by: Viewer | None, case: Case, matter: Matter, said: Said, now: datetime | None = None) -> None:
    """What the form says now. Eight queries at most.

    Where nobody has confirmed the facts, these are they. Confirmed ones stay, but have to be looked at once more where
    the form says something else than it did then; so has a decision.
    """
    now = now or timezone.now()
    has_changed = case.form_said != _kept(said) or case.happened_on != matter.happened_on
    if case.decided_at is not None:
        if has_changed:
            case.form_said = _kept(said)
            case.save(update_fields=["form_said"])
            look_again(by=by, case=case, why="record", now=now)
        return
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    if has_changed:
        case.form_said, case.happened_on = _kept(said), matter.happened_on
        case.save(update_fields=["form_said", "happened_on"])
    newest = newest_facts(case)
    if not newest.is_confirmed:
        facts = _as_said(_bare(case, framework), said)
        if is_news(case, facts, newest):
            _ask(case, facts, framework, matter, by=by, now=now)
    elif has_changed and case.is_confirmed:
        case.is_confirmed = False
        case.save(update_fields=["is_confirmed"])
        _audit(by, "case.facts_reopened", case, now)


def look_again(*, by: Viewer | None, case: Case, why: str, now: datetime) -> None:
    """What a decision rests on is not what it was: whoever decides is asked to look. Two queries. Duty S2."""
    if case.look_again in {why, "unnamed"}:
        return
    case.look_again = why
    case.save(update_fields=["look_again"])
    _audit(by, "case.look_again", case, now)


def confirm_facts(
    *, by: Viewer, case_id: UUID, matter: Matter, seen: int, facts: Confirmed, now: datetime | None = None
) -> Case:
    """Put down the facts as a person has looked at them, and ask the framework again. Duty S3 (CC 5). Ten queries.

    ``seen`` is the number of the facts that were on the page. Saving what is already confirmed changes nothing: a
    second click. Raises Case.DoesNotExist, MovedOn, AlreadyDecided, UnknownBreach.
    """
    with transaction.atomic():
        case = locked(by, case_id)
        if case.decided_at is not None:
            raise AlreadyDecided
        framework = framework_of(case.framework, case.pack_code, case.pack_version)
        wanted = replace(
            _bare(case, framework),
            breaches=facts.breaches,
            told_staff_promptly=facts.told_staff_promptly,
            needs=facts.needs & NEEDS.keys(),
            is_deliberate=facts.is_deliberate,
            is_accidental=facts.is_accidental,
            is_extreme=facts.is_extreme,
            is_illegal_material=facts.is_illegal_material,
            was_distributed=facts.was_distributed,
            restorative_tried=facts.restorative_tried,
        )
        if case.is_confirmed and not is_news(case, wanted):
            return case
        if case.facts_number != seen:
            raise MovedOn
        now = now or timezone.now()
        _ask(case, wanted, framework, matter, by=by, now=now, is_confirmed=True, note=facts.note.strip()[:2000])
        _audit(by, "case.facts_confirmed", case, now)
    return case


def ask_again(*, by: Viewer, case: Case, matter: Matter) -> bool:
    """Ask again where the day or the earlier record has changed since; whether it had. Four queries, nine where so."""
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    newest, bare = newest_facts(case), _bare(case, framework)
    facts = replace(
        facts_from(newest.content),
        happened_on=bare.happened_on,
        look_back_from=bare.look_back_from,
        earlier=bare.earlier,
    )
    if not is_news(case, facts, newest):
        return False
    _ask(case, facts, framework, matter, by=by, now=timezone.now(), is_confirmed=case.is_confirmed, note=newest.note)
    return True


def named_no_more(*, by: Viewer | None, case: Case, now: datetime | None = None) -> None:
    """The record does not name this person as a subject any more: nothing is asked of anybody. Three queries.

    What was decided stands until somebody quashes it, and counts for nothing meanwhile: whoever decides is asked.
    """
    now = now or timezone.now()
    if case.withdrawn_at is not None:
        return
    if case.decided_at is not None:
        if not _is_quashed(case):
            look_again(by=by, case=case, why="unnamed", now=now)
        return
    case.withdrawn_at = now
    case.save(update_fields=["withdrawn_at"])
    case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=now)
    _audit(by, "case.withdrawn", case, now)


def named_again(*, by: Viewer | None, case: Case, matter: Matter, now: datetime | None = None) -> None:
    """The record names this person, who was not named for a while. Five queries at most; none for all others."""
    now = now or timezone.now()
    if case.look_again == "unnamed":
        case.look_again = ""
        case.save(update_fields=["look_again"])
        _audit(by, "case.taken_back", case, now)
    if case.withdrawn_at is None:
        return
    case.withdrawn_at = None
    case.save(update_fields=["withdrawn_at"])
    _audit(by, "case.taken_back", case, now)
    proposed = propose(
        facts_from(newest_facts(case).content), framework_of(case.framework, case.pack_code, case.pack_version)
    )
    sync_tasks(case, proposed.obligations, matter, now)


def locked(by: Viewer, case_id: UUID) -> Case:
    """The case for writing. One query. Raises Case.DoesNotExist; the caller has asked whether the viewer may."""
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("framework")
        .get(pk=case_id, school_id=by.school_id, withdrawn_at__isnull=True)
    )


def newest_facts(case: Case) -> FactsRecord:
    """What is taken for fact now. One query."""
    return FactsRecord.objects.get(case=case, number=case.facts_number)


def newest_proposal(case: Case) -> Proposal:
    """What was proposed last. One query. Raises Proposal.DoesNotExist."""
    return Proposal.objects.filter(case=case).order_by("-facts__number").select_related("facts")[:1].get()


def is_news(case: Case, facts: Facts, newest: FactsRecord | None = None) -> bool:
    """Whether these are other facts than those on record. One query at most."""
    if case.facts_number == 0:
        return True
    return bool((newest or newest_facts(case)).content != content_of(facts))


def _ask(
    case: Case,
    facts: Facts,
    framework: Framework,
    matter: Matter,
    *,
    by: Viewer | None,
    now: datetime,
    is_confirmed: bool = False,
    note: str = "",
) -> Proposed:
    """Keep the facts, ask, keep the answer word for word, and make the tasks that follow."""
    proposed = propose(facts, framework)
    case.facts_number += 1
    kept = FactsRecord.objects.create(
        school_id=case.school_id,
        case=case,
        number=case.facts_number,
        content=content_of(facts),
        is_confirmed=is_confirmed,
        note=note,
        by_id=by.person_id if by is not None and is_confirmed else None,
        at=now,
    )
    content = proposed.as_bytes()
    Proposal.objects.create(
        school_id=case.school_id,
        case=case,
        facts=kept,
        framework=case.framework,
        grade=proposed.grade or "",
        outcome=proposed.outcome,
        content=content.decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        at=now,
    )
    case.outcome, case.proposed, case.is_confirmed = proposed.outcome, proposed.grade or "", is_confirmed
    case.needs, case.year_group = sorted(facts.needs), facts.year_group
    case.save(update_fields=SHOWN)
    sync_tasks(case, proposed.obligations, matter, now)
    return proposed


def _bare(case: Case, framework: Framework) -> Facts:
    """What is known without anybody saying it: whose case, when, the earlier record. Two queries."""
    return Facts(
        audience=case.audience,  # type: ignore[arg-type]  # one of the two, by its choices
        happened_on=case.happened_on,
        look_back_from=look_back_from(
            framework.escalation, happened_on=case.happened_on, year_began_on=school_year_start(case.happened_on)
        ),
        earlier=_record(case),
        year_group=case.year_group,
    )


def _as_said(facts: Facts, said: Said) -> Facts:
    return replace(
        facts,
        breaches=said.breaches,
        is_deliberate=said.is_deliberate,
        is_accidental=said.is_accidental,
        is_illegal_material=said.is_illegal_material,
        was_distributed=said.was_distributed,
        year_group=said.year_group,
    )


def _record(case: Case) -> frozenset[Earlier]:
    return earlier_record(school_id=case.school_id, person_id=case.person_id, but_for=case.pk)


def _kept(said: Said) -> dict[str, Any]:
    """What the form said, to be compared; a child who moves up a year has not made it say something else."""
    return {
        "breaches": sorted(said.breaches),
        "is_deliberate": said.is_deliberate,
        "is_accidental": said.is_accidental,
        "is_illegal_material": said.is_illegal_material,
        "was_distributed": said.was_distributed,
    }


def _is_quashed(case: Case) -> bool:
    return Decision.objects.filter(case=case, number=case.decisions_count, kind="quashed").exists()


def _audit(by: Viewer | None, action: str, case: Case, at: datetime, detail: Mapping[str, Any] | None = None) -> None:
    audit.record(
        action,
        school_id=case.school_id,
        actor_id=by.user_id if by else None,
        object_type="case",
        object_id=case.pk,
        detail={"facts": case.facts_number, **(detail or {})},
        at=at,
    )
