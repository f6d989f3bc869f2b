"""What a record means for sanctions: one case for each subject, and the clock that the gravest of them sets.

Duties S1, R3 (CC 5, CC 5.1.3, CC 5.1.4, CM 5).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit import services as audit
from incidents.models import CaseOf, Conflict, Incident, Involvement, Revision
from incidents.rules.answers import ticked_flags
from incidents.rules.statuses import OPEN
from packs import loader
from packs import rules as pack_rules
from packs.schema import Audience, Pack
from sanctions.models import Case
from sanctions.rules.clocks import ROUTINE, grade_for_clock, is_grave
from sanctions.rules.suggesting import flags_said, suggested
from sanctions.selectors.frameworks import framework_for, framework_of
from sanctions.services import cases
from sanctions.services.matters import Matter, Said
from schools.models import Pupil
from schools.selectors.posts import posts_held
from schools.viewer import Viewer

AUDIENCES: Mapping[str, Audience] = {"pupil": "pupil", "staff": "staff"}


def matter_of(incident: Incident) -> Matter:
    """What sanctions need to know of an incident that was recorded, routed as it is now. One query."""
    if incident.recorded_at is None or incident.happened_on is None:
        raise ValueError("Only what is recorded can be a matter of sanctions.")
    return Matter(
        school_id=incident.school_id,
        reference=incident.reference,
        pack_code=incident.pack_code,
        pack_version=incident.pack_version,
        happened_on=incident.happened_on,
        recorded_at=incident.recorded_at,
        posts=posts_held(
            school_id=incident.school_id,
            today=timezone.localdate(),
            # Deny beats allow: what nobody in a post may know of is nothing that this post can do.
            but_by=Conflict.objects.filter(incident=incident, until_revision__isnull=True).values("person"),
        ).intersection(incident.read_by),
        handler_post=incident.handler_post,
        decider_post=incident.decider_post,
    )


def sync_cases(incident: Incident, *, content: Mapping[str, Any], by: Viewer | None, at: datetime) -> None:
    """One case for each subject of a record who is a pupil or works here. Duties S1, S4 (CC 5, CM 5).

    Runs in the transaction that saves the record; the caller saves ``due_at``. Somebody who is a subject no more has
    nothing asked about them, unless they were decided about: that is revised or quashed, and not forgotten. Two queries
    where nobody is or was a subject, and up to eleven for each who is, and one for all of them.
    """
    wanted = dict(_subjects(content))
    found = _cases_of(incident)
    if wanted or found:
        _bring_in_line(incident, content, wanted, {each.case.person_id: each.case for each in found}, by, at)
        found = _cases_of(incident)
    _set_clock(incident, content, found, at=at, by=by)


def _bring_in_line(
    incident: Incident,
    content: Mapping[str, Any],
    wanted: Mapping[UUID, Audience],
    there: Mapping[UUID, Case],
    by: Viewer | None,
    at: datetime,
) -> None:
    matter = matter_of(incident)
    groups = dict(Pupil.objects.filter(person__in=wanted.keys()).values_list("person_id", "year_group"))
    for person_id, audience in wanted.items():
        case = there.get(person_id)
        if case is None:
            _, framework = framework_for(
                school_id=incident.school_id, pack_code=incident.pack_code, pack_version=incident.pack_version
            )
        else:
            framework = framework_of(case.framework, case.pack_code, case.pack_version)
        said = Said(
            breaches=frozenset(each.breach for each in suggested(framework, audience, content)),
            **flags_said(content),
            year_group=groups.get(person_id, ""),
        )
        if case is None:
            case = cases.open_case(by=by, matter=matter, person_id=person_id, audience=audience, said=said, now=at)
            CaseOf.objects.create(school_id=incident.school_id, incident=incident, case=case)
            continue
        cases.named_again(by=by, case=case, matter=matter, now=at)
        cases.form_says(by=by, case=case, matter=matter, said=said, now=at)
    for person_id, case in there.items():
        if person_id not in wanted:
            cases.named_no_more(by=by, case=case, now=at)


def open_missing_cases(school_id: UUID) -> int:
    """Cases for what was open before there were any, as the record stands; how many incidents that were. Duty S1.

    For a school that was there before sanctions were: a save makes them, and until then nobody would be asked. What is
    closed stays as it is. One query where none is missing, and a transaction for each incident where one is.
    """
    subjects = Involvement.objects.filter(
        incident=OuterRef("pk"), part="subject", kind__in=AUDIENCES, person__isnull=False, until_revision__isnull=True
    )
    missing = Incident.objects.filter(
        Exists(subjects), ~Exists(CaseOf.objects.filter(incident=OuterRef("pk"))), school_id=school_id
    ).filter(status__in=sorted(OPEN), recorded_at__isnull=False, happened_on__isnull=False)
    opened = 0
    for pk in list(missing.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            incident = missing.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if incident is None:
                continue
            newest = Revision.objects.get(incident=incident, number=incident.revision)
            sync_cases(incident, content=newest.content, by=None, at=timezone.now())
            incident.save(update_fields=["due_at"])
        opened += 1
    return opened


def set_clock(
    incident: Incident, content: Mapping[str, Any], *, at: datetime, by: Viewer | None, save: bool = False
) -> None:
    """By when the authority must have the report: 24 hours from the first record where it is grave. Duty R3. One query.

    A matter in which nobody is graded keeps the short clock, and so does one that the form calls serious.
    """
    before = incident.due_at
    _set_clock(incident, content, _cases_of(incident), at=at, by=by)
    if save and incident.due_at != before:
        incident.save(update_fields=["due_at"])


def _set_clock(
    incident: Incident, content: Mapping[str, Any], cases_of: Iterable[CaseOf], *, at: datetime, by: Viewer | None
) -> None:
    if incident.recorded_at is None:
        return
    pack = loader.get(incident.pack_code, incident.pack_version)
    graded = [
        (
            AUDIENCES[each.case.audience],
            grade_for_clock(
                outcome=each.case.outcome,
                proposed=each.case.proposed or None,
                decided=each.case.decided or None,
                is_decided=each.case.decided_at is not None,
                is_confirmed=each.case.is_confirmed,
            ),
        )
        for each in cases_of
        if each.case.withdrawn_at is None
    ]
    is_short = is_grave(graded) or _is_serious(pack, content)
    within = timedelta(hours=settings.REPORT_DUE_HOURS) if is_short else ROUTINE
    due_at = incident.recorded_at + within
    if incident.due_at == due_at:
        return
    is_change, incident.due_at = incident.due_at is not None, due_at
    if is_change:
        audit.record(
            "incident.clock_set",
            school_id=incident.school_id,
            actor_id=by.user_id if by else None,
            object_type="incident",
            object_id=incident.pk,
            detail={"hours": int(within.total_seconds()) // 3600},
            at=at,
        )


def _is_serious(pack: Pack, content: Mapping[str, Any]) -> bool:
    return pack_rules.is_serious(pack, content["types"], ticked_flags(pack.form, content))


def _cases_of(incident: Incident) -> list[CaseOf]:
    return list(CaseOf.objects.filter(incident=incident).select_related("case__framework"))


def _subjects(content: Mapping[str, Any]) -> Iterable[tuple[UUID, Audience]]:
    for each in content.get("people") or ():
        if each["part"] == "subject" and each["person_id"] and each["kind"] in AUDIENCES:
            yield UUID(each["person_id"]), AUDIENCES[each["kind"]]
