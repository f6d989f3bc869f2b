"""A case is opened, its facts are put down and confirmed, and the framework is asked. Duties S1, S4 (CC 5, CM 5)."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs.schema import Audience, Framework, Obligation
from sanctions.models import Case, FactsRecord, Proposal, Task
from sanctions.rules.clocks import due_at
from sanctions.rules.facts import NEEDS, Earlier, Facts, content_of, facts_from
from sanctions.rules.looking_back import look_back_from
from sanctions.rules.proposing import Proposal as Proposed
from sanctions.rules.proposing import propose
from sanctions.selectors.frameworks import framework_for, framework_of
from sanctions.selectors.records import earlier_record
from sanctions.services.problems import AlreadyDecided, MovedOn
from schools.rules.school_years import school_year_start
from schools.viewer import Viewer

# The columns of a case that show its newest facts.
SHOWN = ("facts_number", "outcome", "proposed", "is_confirmed", "needs", "year_group", "happened_on")
# What is done as soon as there is a record, whoever wrote it.
DONE_WITH_THE_RECORD = frozenset({"incident_form", "tell_coordinator"})


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, as far as sanctions need to know."""

    school_id: UUID
    reference: str
    pack_code: str
    pack_version: int
    happened_on: date
    recorded_at: datetime
    posts: frozenset[str]
    """The posts that somebody holds who may know of it."""
    handler_post: str
    """Whoever sees to what the owner of an obligation may not know of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says of one person's part: a suggestion, until somebody confirms it."""

    breaches: frozenset[str]
    is_deliberate: bool
    is_accidental: bool
    is_illegal_material: bool
    was_distributed: bool
    year_group: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The facts as somebody has looked at them."""

    breaches: frozenset[str]
    is_deliberate: bool
    is_accidental: bool
    told_staff_promptly: bool | None
    is_extreme: bool
    is_illegal_material: bool
    was_distributed: bool
    restorative_tried: bool
    needs: frozenset[str] = frozenset()
    note: str = ""


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
    )
    _audit(by, "case.opened", case, now)
    facts = _as_said(_bare(case, framework), said)
    _ask(case, facts, framework, matter, by=by, now=now)
    return case


def form_says(*, by: Viewer | None, case: Case, matter: Matter, said: Said, now: datetime | None = None) -> None:
    """What the form says now, where nobody has confirmed the facts; confirmed ones stay. Eight queries at most."""
    if case.is_confirmed or case.decided_at is not None:
        _keep_in_step(case, matter)
        return
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    _keep_in_step(case, matter)
    facts = _as_said(_bare(case, framework), said)
    if not is_news(case, facts):
        return
    _ask(case, facts, framework, matter, by=by, now=now or timezone.now())


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
    """Ask again where the earlier record has changed since; whether it had. Four queries, nine where it had."""
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    newest = newest_facts(case)
    facts = replace(facts_from(newest.content), earlier=_record(case))
    if not is_news(case, facts, newest):
        return False
    _ask(case, facts, framework, matter, by=by, now=timezone.now(), is_confirmed=case.is_confirmed, note=newest.note)
    return True


def withdraw(*, by: Viewer | None, case: Case, now: datetime | None = None) -> None:
    """The record does not name this person as a subject any more: nothing is asked of anybody. Three queries."""
    now = now or timezone.now()
    case.withdrawn_at = now
    case.save(update_fields=["withdrawn_at"])
    case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=now)
    _audit(by, "case.withdrawn", case, now)


def take_back(*, by: Viewer | None, case: Case, matter: Matter, now: datetime | None = None) -> None:
    """The record names this person again. Five queries at most."""
    now = now or timezone.now()
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


def sync_tasks(case: Case, obligations: Collection[Obligation], matter: Matter, now: datetime) -> None:
    """Make what must follow into tasks; what is no longer asked for is dropped, what was done stays. Five queries.

    What nobody in a post may know of any more goes to whoever runs the case.
    """
    there = {each.code: each for each in case.tasks.all()}
    wanted = {each.code: each for each in obligations}
    recorded_at = timezone.localtime(case.recorded_at)
    Task.objects.bulk_create(
        Task(
            school_id=case.school_id,
            case=case,
            code=code,
            text=each.text,
            duties=list(each.duties),
            owner_post=each.owner if each.owner in matter.posts else matter.handler_post,
            records_decision=each.records_decision,
            made_at=now,
            due_at=due_at(each, recorded_at),
            done_at=now if code in DONE_WITH_THE_RECORD else None,
        )
        for code, each in wanted.items()
        if code not in there
    )
    again = [each.pk for code, each in there.items() if code in wanted and each.dropped_at is not None]
    not_done = {code: each for code, each in there.items() if each.done_at is None and each.dropped_at is None}
    gone = [each.pk for code, each in not_done.items() if code not in wanted]
    orphaned = [each.pk for code, each in not_done.items() if code in wanted and each.owner_post not in matter.posts]
    if orphaned:
        Task.objects.filter(pk__in=orphaned).update(owner_post=matter.handler_post)
    if again:
        Task.objects.filter(pk__in=again).update(dropped_at=None)
    if gone:
        Task.objects.filter(pk__in=gone).update(dropped_at=now)


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


def _keep_in_step(case: Case, matter: Matter) -> None:
    """The day it happened can be corrected as long as nothing is decided."""
    if case.happened_on != matter.happened_on and case.decided_at is None:
        case.happened_on = matter.happened_on
        case.save(update_fields=["happened_on"])


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
