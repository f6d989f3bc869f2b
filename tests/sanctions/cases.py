"""Past cases as they lie in the database, made straight: who makes them in earnest is tested elsewhere."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from packs import loader
from packs.schema import Audience
from sanctions.models import Case, FactsRecord, Proposal
from sanctions.rules.facts import Facts, content_of
from sanctions.rules.proposing import propose
from sanctions.selectors.frameworks import framework_for
from schools.models import Person, School

HAPPENED = date(2026, 11, 3)


def past_case(
    school: School, person: Person, *breaches: str, audience: Audience = "pupil", is_confirmed: bool = True, **said: Any
) -> Case:
    """A case of somebody with facts that were looked at, and what the framework in force came to."""
    pack = loader.get(said.pop("pack", "camden_2021"), 1)
    facts = Facts(audience, HAPPENED, frozenset(breaches), date(2026, 9, 1), is_deliberate=True, **said)
    version, framework = framework_for(school.pk, pack.code, pack.version)
    proposal = propose(facts, framework)
    now: datetime = timezone.now() - timedelta(days=3)
    case = Case.objects.create(
        school=school,
        person=person,
        audience=audience,
        reference=f"2026-{Case.objects.count() + 1:04}",
        happened_on=HAPPENED,
        recorded_at=now,
        opened_at=now,
        pack_code=pack.code,
        pack_version=pack.version,
        framework=version,
        facts_number=1,
        outcome=proposal.outcome,
        proposed=proposal.grade or "",
        is_confirmed=is_confirmed,
    )
    record = FactsRecord.objects.create(
        school=school,
        case=case,
        number=1,
        content=content_of(facts),
        is_confirmed=is_confirmed,
        by=person if is_confirmed else None,
        at=now,
    )
    Proposal.objects.create(
        school=school,
        case=case,
        facts=record,
        framework=version,
        grade=proposal.grade or "",
        outcome=proposal.outcome,
        content=proposal.as_bytes().decode(),
        sha256="0" * 64,
        at=now,
    )
    return case
