"""Past cases asked again under a draft of the framework, beside the least that could read them at all.

Ours: the dry run as a worker does it, batch by batch, each in a transaction in its school: what the asker may know of,
facts, look-back, what they come to, count, write how far it is. Floor: the same JSON rows over one server-side cursor
of psycopg2, each read by ``json`` and one dict lookup. The engine alone: whole proposals a second.
"""

import json
import resource
import time
import uuid
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg2
from django.utils import timezone

from bench import machine
from bench.measuring import WrongAnswer, keep, table
from incidents.models import CaseOf, Incident
from packs import loader
from packs.schema import Audience
from sanctions.models import Case, DryRun, FactsRecord
from sanctions.rules import editing
from sanctions.rules.facts import Earlier, Facts, content_of
from sanctions.rules.frameworks import content_of as framework_content
from sanctions.rules.frameworks import sha256_of
from sanctions.rules.proposing import propose
from sanctions.services.dry_runs import BATCH, run_dry
from schools.models import Membership, Person, Post, School, User
from schools.roles import Role
from schools.wall import in_school

DATABASE = "dry_run"
PACK = ("camden_2021", 1)
HAPPENED = date(2026, 11, 3)
_ROWS = """
    SELECT c.audience, c.proposed, f.content::text FROM sanctions_case c
    JOIN sanctions_factsrecord f ON f.case_id = c.id AND f.number = c.facts_number
    WHERE c.school_id = %s AND c.is_confirmed AND c.withdrawn_at IS NULL ORDER BY c.id
"""


def measure(cases: int) -> dict[str, Any]:
    """Fill an empty database, measure both, print and keep the figures."""
    started = time.monotonic()
    school, person = _school(cases)
    _run("VACUUM ANALYZE")
    print(f"Made {cases:,} past cases in {time.monotonic() - started:.0f} s", flush=True)
    floor_seconds, floor_counts = _timed(lambda: _floor(school))
    before = _peak_mib()
    row = _asked(school, person, cases)
    seconds, state = _timed(lambda: run_dry(school_id=school.pk, run_id=row))
    grown = _peak_mib() - before
    with in_school(school.pk):
        found = DryRun.objects.get(pk=row)
    if state != "done" or found.done_count != cases or sum(floor_counts.values()) != cases:
        raise WrongAnswer(f"{state}: {found.done_count} of {cases}")
    engine = _engine()
    changed = sum(count for _, was, now, count in found.counts if was != now)
    lines = [
        ("floor: rows, json, a lookup", floor_seconds, cases / floor_seconds, 1.0),
        ("dry run", seconds, cases / seconds, seconds / floor_seconds),
    ]
    print(table(lines, (f"{cases:,} cases", "s", "cases a second", "x floor")))
    print(
        f"{changed:,} would change; memory grew by {grown:.1f} MiB; {engine:,.0f} whole proposals a second", flush=True
    )
    result = {
        "floor_seconds": floor_seconds,
        "seconds": seconds,
        "cases_a_second": cases / seconds,
        "x_floor": seconds / floor_seconds,
        "changed": changed,
        "memory_grown_mib": grown,
        "batch": BATCH,
        "proposals_a_second": engine,
    }
    keep(f"dry_run-{cases}", result)
    return result


def _facts(number: int) -> Facts:
    """A case of many kinds: every breach in turn, one in three with an earlier record."""
    framework = loader.get(*PACK).framework
    audience: Audience = "staff" if number % 10 == 0 else "pupil"
    codes = [each.code for row in framework.categories(audience) for each in row.breaches]
    earlier = [
        Earlier(
            HAPPENED - timedelta(days=7 + each * 40), f"{number}-{each}", "decision", "C", (codes[each],), "2026-0001"
        )
        for each in range(number % 3)
    ]
    return Facts(
        audience=audience,
        happened_on=HAPPENED - timedelta(days=number % 60),
        breaches=frozenset({codes[number % len(codes)], codes[number // 7 % len(codes)]}),
        look_back_from=date(2026, 9, 1),
        is_deliberate=number % 4 != 0,
        is_accidental=number % 4 == 0,
        told_staff_promptly=number % 8 == 0 if number % 4 == 0 else None,
        is_extreme=number % 50 == 0,
        earlier=frozenset(earlier),
        year_group=f"Year {number % 6 + 1}",
    )


def _school(cases: int) -> tuple[School, Person]:
    now = timezone.now()
    framework = loader.get(*PACK).framework
    with in_school(school_id := uuid.uuid4()):
        school = School.objects.create(pk=school_id, name="Riverbank School", address="1 Mill Lane")
        user = User.objects.create_user("jo@example.org")
        person = Person.objects.create(school=school, user=user, given_name="Jo", family_name="Marsh")
        since = HAPPENED - timedelta(days=400)
        Membership.objects.create(school=school, person=person, role=Role.STAFF, starts_on=since)
        Post.objects.create(school=school, person=person, post=Role.COORDINATOR, starts_on=since)
    for start in range(0, cases, 5_000):
        made, records, incidents = [], [], []
        for number in range(start, min(start + 5_000, cases)):
            facts = _facts(number)
            proposal = propose(facts, framework)
            case = Case(
                school=school, person=person, audience=facts.audience, reference=f"2026-{number:06}",
                happened_on=facts.happened_on, recorded_at=now, opened_at=now, pack_code=PACK[0], pack_version=PACK[1],
                facts_number=1, outcome=proposal.outcome, proposed=proposal.grade or "", is_confirmed=True,
            )  # fmt: skip
            made.append(case)
            incidents.append(
                Incident(
                    school=school,
                    reference=f"{number:09}",
                    status="recorded",
                    pack_code=PACK[0],
                    pack_version=PACK[1],
                    revision=1,
                    started_by=person,
                    logged_at=now,
                    recorded_at=now,
                    due_at=now,
                    happened_on=facts.happened_on,
                    handler_post=Role.COORDINATOR,
                    read_by=[Role.COORDINATOR],
                    decider_post=Role.HEAD_TEACHER,
                    search=None,
                )
            )
            records.append(
                FactsRecord(
                    school=school, case=case, number=1, content=content_of(facts), is_confirmed=True, by=person, at=now
                )
            )
        with in_school(school_id):
            Case.objects.bulk_create(made, batch_size=2_000)
            Incident.objects.bulk_create(incidents, batch_size=2_000)
            CaseOf.objects.bulk_create(
                (CaseOf(school=school, incident=of, case=each) for of, each in zip(incidents, made, strict=True)),
                batch_size=2_000,
            )
            FactsRecord.objects.bulk_create(records, batch_size=2_000)
    return school, person


def _asked(school: School, person: Person, cases: int) -> uuid.UUID:
    """A dry run of a draft in which two breaches stand elsewhere and the look-back is shorter."""
    policy = loader.get(*PACK).framework
    said = editing.typed_category(policy, "pupil", "C", policy=policy)
    moved = tuple(
        replace(each, grade="D") if each.code in {"advertising", "online_purchase"} else each for each in said.breaches
    )
    draft = editing.with_category(policy, "pupil", "C", replace(said, breaches=moved), policy=policy)
    content = framework_content(editing.with_look_back(draft, "days", 30))
    with in_school(school.pk):
        row = DryRun.objects.create(
            school=school, pack_code=PACK[0], pack_version=PACK[1], content=content, sha256=sha256_of(content),
            asked_by=person, asked_at=timezone.now(), total_count=cases,
        )  # fmt: skip
    return row.pk


def _floor(school: School) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    policy = loader.get(*PACK).framework
    grades = {each.code: row.grade for row in (*policy.staff, *policy.pupil) for each in row.breaches}
    with closing(_connect()) as connection, connection.cursor(name="floor") as cursor:
        cursor.itersize = BATCH
        cursor.execute(_ROWS, [str(school.pk)])
        for audience, proposed, content in cursor:
            counts[audience, proposed, grades[json.loads(content)["breaches"][0]]] += 1
    return counts


def _engine() -> float:
    """Whole proposals a second."""
    framework = loader.get(*PACK).framework
    facts = [_facts(number) for number in range(2_000)]
    seconds, _ = _timed(lambda: [propose(each, framework).as_bytes() for each in facts])
    return len(facts) / seconds


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _connect() -> Any:
    return psycopg2.connect(host=str(machine.postgres().socket_folder), user="postgres", dbname=DATABASE)


def _run(statement: str) -> None:
    with closing(_connect()) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _timed(act: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found
