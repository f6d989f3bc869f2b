# ruff: noqa: E501
"""Incidents by the thousand or the million: 20 schools over five years, the first with a tenth of all.

The texts come from some thousand variants that are made by the product's own code (blank answers, checks, search
vector); rows are multiplied inside PostgreSQL. What differs between two incidents of a variant is the school, the
days, the people, the reference and so the first part of the search vector. Every constraint holds: the small run of
the smoke test makes its rows with all triggers on, and the large ones are checked by query afterwards.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from bench.words import FAMILY, GIVEN, OUTCOMES, story
from incidents import projection
from incidents.printing import TEMPLATE, Organisation, snapshot_of
from incidents.rules.answers import blank, problems, ticked_flags
from incidents.rules.references import ALPHABET
from incidents.rules.routing import case_of, route
from packs import loader
from packs import rules as pack_rules
from packs.schema import Pack
from schools.models import Membership, PackAdoption, Person, Post, Pupil, School, StaffRecord, User
from schools.roles import Role
from schools.sealing import seal
from schools.standing import Standing

SCHOOL_COUNT = 20
YEARS = 5
PUPILS = 300
VARIANTS = 3000
DOCUMENTS_AT_MOST = 5000
NAMESPACE = UUID("5f2f8f9e-6f0c-4a57-9a5e-2b8d7c1f0e11")
PACKS = ("camden_2021", "camden_2012")
COORDINATOR = "coordinator@bench.example.org"
TEACHER = "teacher@bench.example.org"
# Each school has a co-ordinator and nobody else who would be told.
_STANDING = Standing(holders={Role.COORDINATOR: (NAMESPACE,)})


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made, and where the pages find it."""

    incidents: int
    school_id: UUID
    in_first_school: int


def school_id(number: int) -> UUID:
    """The id of the n-th school; the first one holds a tenth of all incidents."""
    return uuid5(NAMESPACE, f"school {number}")


def fill(count: int, *, bulk: bool, say: Callable[[str], None] = lambda line: None) -> Filled:
    """Make ``count`` incidents with everything around them in an empty, migrated database.

    ``bulk``: without triggers and with the secondary indexes built at the end, as one would load that much; otherwise
    row by row under every trigger.
    """
    people = _make_schools()
    _make_variants(count)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_person (school_no int, idx int, school uuid, id uuid, name text, grp text)"
        )
        cursor.executemany("INSERT INTO bench_person VALUES (%s, %s, %s, %s, %s, %s)", people)
        cursor.execute("CREATE UNIQUE INDEX ON bench_person (school_no, idx)")
        cursor.execute("ANALYZE bench_person")
    dropped = _drop_indexes() if bulk else []
    with transaction.atomic(), connection.cursor() as cursor:
        if bulk:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
        for title, statement in STATEMENTS:
            say(title)
            cursor.execute(statement, {"count": count, "years": YEARS, "now": timezone.now(), "variants": VARIANTS})
        _make_documents(cursor)
        if not bulk:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    say("indexes")
    with connection.cursor() as cursor:
        for statement in dropped:
            cursor.execute(statement)
        cursor.execute("DROP TABLE bench_row, bench_person, bench_variant")
        cursor.execute("SELECT count(*) FROM incidents_incident WHERE school_id = %s", [school_id(0)])
        (in_first,) = cursor.fetchone()
    return Filled(count, school_id(0), in_first)


def settle() -> None:
    """VACUUM and ANALYZE everything, as autovacuum would have by the time anybody works with it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _make_schools() -> list[tuple[int, int, UUID, UUID, str, str]]:
    """Schools with their people; the first with two log-ins. Rows for the people of the incidents are returned."""
    choose = random.Random(1)
    now = timezone.now()
    rows: list[tuple[int, int, UUID, UUID, str, str]] = []
    schools, persons, pupils, staff, posts, members, packs = [], [], [], [], [], [], []
    users = {
        "coordinator": User(id=uuid5(NAMESPACE, COORDINATOR), email=COORDINATOR, password=make_password(None)),
        "teacher": User(id=uuid5(NAMESPACE, TEACHER), email=TEACHER, password=make_password(None)),
    }
    long_ago = date(2020, 9, 1)
    for number in range(SCHOOL_COUNT):
        key = school_id(number)
        schools.append(
            School(
                id=key,
                name=f"Bench School {number + 1}",
                address=f"{number + 1} Measure Lane\nExampleton",
                phone="020 7946 0000",
                email="office@bench.example.org",
                authority_name="Exampleton Council",
                officer_name="Sam Officer",
                officer_email="officer@authority.example.org",
                officer_passphrase_sealed=seal(b"copper-lantern-quiet-harbour"),
                officer_passphrase_set_at=now,
            )
        )
        code = PACKS[number % len(PACKS)]
        packs.append(
            PackAdoption(
                school_id=key,
                pack_code=code,
                pack_version=loader.latest(code).version,
                adopted_at=now - timedelta(1800),
            )
        )
        for index in range(PUPILS):
            person = Person(
                id=uuid5(NAMESPACE, f"pupil {number} {index}"),
                school_id=key,
                given_name=choose.choice(GIVEN),
                family_name=f"{choose.choice(FAMILY)}-{choose.choice(FAMILY)}",
            )
            group = f"{index % 6 + 1}{'RSTU'[index % 4]}"
            persons.append(person)
            pupils.append(Pupil(school_id=key, person_id=person.pk, year_group=f"Year {group[0]}", class_name=group))
            rows.append((number, index, key, person.pk, person.full_name, group))
        for role in users:
            person = Person(
                id=uuid5(NAMESPACE, f"{role} {number}"),
                school_id=key,
                user=users[role] if number == 0 else None,
                given_name="Robin" if role == "coordinator" else "Toni",
                family_name="Keeper" if role == "coordinator" else "Teacher",
            )
            persons.append(person)
            staff.append(StaffRecord(school_id=key, person_id=person.pk, job_title="Teacher"))
            members.append(Membership(school_id=key, person_id=person.pk, role="staff", starts_on=long_ago))
            if role == "coordinator":
                posts.append(Post(school_id=key, person_id=person.pk, post="coordinator", starts_on=long_ago))
                rows.append((number, -1, key, person.pk, person.full_name, "Teacher"))
    User.objects.bulk_create(users.values())
    School.objects.bulk_create(schools)
    Person.objects.bulk_create(persons)
    for model, made in ((Pupil, pupils), (StaffRecord, staff), (Membership, members), (Post, posts)):
        model.objects.bulk_create(made)  # type: ignore[attr-defined]
    PackAdoption.objects.bulk_create(packs)
    return rows


def answers_of(pack: Pack, choose: random.Random, *, rare: bool) -> dict[str, Any]:
    """Complete and correct answers, but for the day and the people."""
    form = pack.form

    def some(key: str, at_least: int, at_most: int) -> list[str]:
        codes = [option.code for option in form.field(key).options if option.specify_key is None]
        chosen = choose.sample(codes, min(choose.randint(at_least, at_most), len(codes)))
        return [code for code in codes if code in chosen]

    deliberate = choose.random() < 0.6
    answers = blank(form)
    answers |= {
        "happened_on": "2024-01-15",
        "happened_at": choose.choice(["", "09:40", "12:15", "15:30"]),
        "reported_by": "Toni Teacher",
        "location": choose.choice(form.field("location").codes),
        "involved": ["child"],
        "types": some("types", 1, 2),
        "description": story(choose, rare=rare),
        "deliberate": deliberate,
        "accidental": not deliberate,
        "deliberate_material" if deliberate else "accidental_material": some("deliberate_material", 1, 3),
        "action_staff": some("action_staff", 1, 3),
        "specific_action": story(choose)[:300],
        "action_child": some("action_child", 1, 4),
        "outcome": choose.choice(OUTCOMES),
        "urls": [f"https://site{choose.randint(1, 400)}.example.org/page"] if choose.random() < 0.3 else [],
        "risk_areas": some("risk_areas", 1, 2),
        "on_school_equipment": choose.choice(["", "yes", "no"]),
        "safeguarding": choose.random() < 0.1,
    }
    wrong = problems(form, answers, today=date(2024, 6, 1))
    if wrong:
        raise ValueError(f"the generator makes answers that the form refuses: {wrong[0]}")
    return answers


def _make_variants(count: int) -> None:
    """``bench_variant``: number (even: first pack, odd: second), answers, their columns and their English vector."""
    choose = random.Random(2)
    number = min(VARIANTS, max(200, count)) & ~1  # even: the packs alternate
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_variant (n int PRIMARY KEY, rare bool, pack text, pack_version int, answers jsonb, "
            "uploads_barred bool, people int, handler text, why text[], readers text[], lado bool, police bool, decider text, "
            "vector tsvector)"
        )
        packs = [loader.latest(code) for code in PACKS]
        for n in range(VARIANTS + 2):
            pack, rare = packs[n % 2], n >= VARIANTS
            if n < VARIANTS and n >= number:
                continue
            answers = answers_of(pack, choose, rare=rare)
            flags = ticked_flags(pack.form, answers)
            # Without reference, names and reporter only the second half of the product's own vector is left.
            bare = projection.search_vector("", {**answers, "people": [], "reported_by": ""}, pack)
            vector, parameters = _compiled(bare)
            # The people in them are pupils, so that all go the common way, whoever is in which.
            routes = route(pack.routing, case_of(answers), _STANDING)
            cursor.execute(
                f"INSERT INTO bench_variant SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, {vector}",
                [n, rare, pack.code, pack.version, json.dumps(answers),
                 pack_rules.uploads_barred(pack, answers["types"], flags) is not None,
                 choose.choice([1, 2, 2, 3, 4]), routes.handler_post.value, list(routes.why),
                 sorted(post.value for post in routes.readers), "lado" in routes.decisions,
                 "police" in routes.decisions, routes.decider.value if routes.decider else "", *parameters],
            )  # fmt: skip
        if number < VARIANTS:
            cursor.execute(
                "INSERT INTO bench_variant SELECT generated.n, rare, pack, pack_version, answers, uploads_barred, people, "
                "handler, why, readers, lado, police, decider, vector FROM generate_series(%s, %s) generated (n) JOIN bench_variant ON bench_variant.n = generated.n %% %s",
                [number, VARIANTS - 1, number],
            )
        cursor.execute("ANALYZE bench_variant")


def _compiled(expression: Any) -> tuple[str, list[Any]]:
    """SQL and parameters of a database function over plain values."""
    query = School.objects.annotate(made=expression).query
    sql, parameters = query.annotations["made"].as_sql(query.get_compiler("default"), connection)
    return sql, list(parameters)


def _make_documents(cursor: Any) -> None:
    """For the newest sent incidents of the first school: the issued document, and a message that arrived."""
    pack = loader.latest(PACKS[0])
    answers = answers_of(pack, random.Random(3), rare=False)
    answers["people"] = [
        {"person_id": "", "name": "Ada Thorne", "group": "5R", "kind": "pupil", "part": "subject"},
        {"person_id": "", "name": "Wilf Usher", "group": "5R", "kind": "pupil", "part": "affected"},
    ]
    snapshot = snapshot_of(
        pack=pack,
        answers=answers,
        organisation=Organisation("Bench School 1", "1 Measure Lane", "Robin Keeper", "020 7946 0000"),
        reference="2222-2222",
        revision=1,
        recorded_at="2024-01-15T12:00:00+00:00",
        printed_at="2024-01-15T13:00:00+00:00",
    )
    cursor.execute(
        """
        INSERT INTO dispatch_document (id, school_id, kind, subject_id, revision, reference, template, snapshot,
            created_at, drawn_at, pdf_sealed, pdf_sha256, pdf_bytes, pdf_pages, attachment, attachment_sha256)
        SELECT md5('document' || n)::uuid, school, 'incident_report', id, revision, reference, %(template)s, %(snapshot)s,
            recorded_at, recorded_at + interval '1 minute', decode(repeat(md5(n::text), 700), 'hex'), repeat('0', 64),
            11200, 2, NULL, ''
        FROM bench_row WHERE school_no = 0 AND status IN ('in_progress', 'closed') ORDER BY n DESC LIMIT %(most)s
        """,
        {"template": TEMPLATE, "snapshot": json.dumps(snapshot), "most": DOCUMENTS_AT_MOST},
    )
    cursor.execute(
        """
        INSERT INTO dispatch_message (id, school_id, document_id, to_address, message_id, mime_sealed, composed_at, state,
            attempt_count, tries, repeated, next_attempt_at, lease_until, problem, due_at, created_at, handed_over_at,
            accepted_at, acknowledged_at, acknowledged_by, token_hash, token_expires_at, queued_by_id, asked_by_id)
        SELECT gen_random_uuid(), d.school_id, d.id, 'officer@authority.example.org', '<' || d.id || '@example.org>',
            '\\x00', d.created_at, 'acknowledged', 1, 1, false, d.created_at, NULL, '', r.due_at, d.created_at,
            d.created_at + interval '2 minutes', d.created_at + interval '2 minutes', d.created_at + interval '1 day',
            'Sam Officer', sha256(d.id::text::bytea), d.created_at + interval '30 days', r.started_by,
            r.started_by
        FROM dispatch_document d JOIN bench_row r ON r.id = d.subject_id
        """
    )
    cursor.execute(
        """
        INSERT INTO dispatch_attempt (id, school_id, message_id, number, to_address, started_at, ended_at, outcome, smtp_code)
        SELECT gen_random_uuid(), school_id, id, 1, to_address, handed_over_at, accepted_at, 'accepted', 250
        FROM dispatch_message
        """
    )


def _drop_indexes() -> list[str]:
    """Drop the indexes that no constraint needs, of the tables that grow; the statements that make them again."""
    tables = [
        "incidents_incident", "incidents_involvement", "incidents_conflict", "incidents_revision",
        "incidents_transition", "audit_entry",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (
                SELECT FROM pg_constraint WHERE conindid = indexrelid)
            """,
            [tables],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
    return [statement for _, statement in found]


def unsent(count: int) -> list[tuple[UUID, int]]:
    """Ids and revisions of that many recorded incidents of the first school that nothing was sent of.

    There are never that many waiting at once, so closed ones are set back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE incidents_incident SET status = 'recorded', sent_revision = NULL, closed_at = NULL
            WHERE id IN (
                SELECT id FROM incidents_incident i WHERE school_id = %s AND status = 'closed'
                    AND NOT EXISTS (SELECT FROM dispatch_document d WHERE d.subject_id = i.id)
                ORDER BY logged_at DESC LIMIT %s)
            RETURNING id, revision
            """,
            [school_id(0), count],
        )
        return list(cursor.fetchall())


def stored_vector_is_ours() -> int:
    """How many incidents have another search vector than the product's own code would give them."""
    wrong = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.reference, i.pack_code, i.pack_version, r.content, i.search::text FROM incidents_incident i "
            "JOIN incidents_revision r ON r.incident_id = i.id AND r.number = i.revision"
        )
        for reference, code, version, content, search in cursor.fetchall():
            answers = json.loads(content) if isinstance(content, str) else content
            sql, parameters = _compiled(projection.search_vector(reference, answers, loader.get(code, version)))
            cursor.execute(f"SELECT ({sql})::text = %s", [*parameters, search])
            wrong += not cursor.fetchone()[0]
    return wrong


_BASE = len(ALPHABET)
_DIGITS = ", ".join(f"((x / {_BASE**place}) %% {_BASE})::int AS d{place}" for place in range(7))
_LETTERS = " || ".join(f"substr('{ALPHABET}', d{place} + 1, 1)" for place in range(7))
_CHECK = "(" + " + ".join(f"{place + 1} * d{place}" for place in range(7)) + f") %% {_BASE}"

# One row an incident, with all that its other rows are made of. Deterministic but for the clock.
_ROWS = f"""
CREATE TEMP TABLE bench_row AS
WITH numbered AS (
    SELECT n, md5('incident' || n)::uuid AS id, hashint8(n)::bigint & 2147483647 AS h,
        CASE WHEN n %% 10 = 0 THEN 0 ELSE 1 + (n %% {SCHOOL_COUNT - 1})::int END AS school_no,
        %(now)s::timestamptz - interval '1 minute'
            - (%(count)s - n) * (%(years)s * interval '365 days' / %(count)s) AS logged_at,
        (n::bigint * 6364136223 + 9754186451) %% {_BASE**7} AS x
    FROM generate_series(0, %(count)s - 1) n
), digits AS (
    SELECT *, {_DIGITS} FROM numbered
), referred AS (
    SELECT *, {_LETTERS} || substr('{ALPHABET}', {_CHECK} + 1, 1) AS characters,
        CASE WHEN n >= %(count)s - least(%(count)s * 0.005, 400) THEN 'reported'
             WHEN n >= %(count)s - least(%(count)s * 0.010, 800) THEN 'recorded'
             WHEN n >= %(count)s - least(%(count)s * 0.030, 2400) THEN 'in_progress'
             ELSE 'closed' END AS status,
        CASE WHEN (n / 10) %% 1000 = 7 THEN %(variants)s + school_no %% 2
             ELSE 2 * (h %% (%(variants)s / 2)) + school_no %% 2 END AS variant
    FROM digits
), peopled AS (
    SELECT r.*, v.people AS people_count,
        (SELECT jsonb_agg(jsonb_build_object('person_id', p.id, 'name', p.name, 'group', p.grp, 'kind', 'pupil',
                'part', (ARRAY['subject', 'affected', 'witness', 'affected'])[k]) ORDER BY k)
         FROM generate_series(1, v.people) k
         JOIN bench_person p ON p.school_no = r.school_no AND p.idx = (r.h + k * 37) %% {PUPILS}) AS people,
        (SELECT string_agg(p.name, ' ' ORDER BY k) FROM generate_series(1, v.people) k
         JOIN bench_person p ON p.school_no = r.school_no AND p.idx = (r.h + k * 37) %% {PUPILS}) AS names
    FROM referred r JOIN bench_variant v ON v.n = r.variant
)
SELECT p.n, p.id, p.h, p.school_no, keeper.school, keeper.id AS started_by, p.logged_at, p.status, p.variant, p.people,
    left(characters, 4) || '-' || right(characters, 4) AS reference, characters, p.names,
    (p.logged_at - (h %% 3) * interval '1 day')::date AS happened_on,
    CASE WHEN status <> 'reported' THEN p.logged_at + interval '3 hours' END AS recorded_at,
    CASE WHEN status <> 'reported' THEN p.logged_at + interval '27 hours' END AS due_at,
    CASE WHEN status = 'closed' THEN p.logged_at + interval '9 days' END AS closed_at,
    CASE WHEN status = 'reported' THEN 1 WHEN p.school_no = 0 THEN 4 ELSE 1 END AS revision
FROM peopled p JOIN bench_person keeper ON keeper.school_no = p.school_no AND keeper.idx = -1
ORDER BY p.n
"""

_INCIDENTS = """
INSERT INTO incidents_incident (id, school_id, reference, status, pack_code, pack_version, revision, started_by_id,
    logged_at, recorded_at, due_at, sent_revision, closed_at, happened_on, location, involved, types, deliberate,
    accidental, risk_areas, safeguarding, illegal_material, immediate_risk, sexual_images, uploads_barred, search,
    about, in_confidence, handler_post, chosen_post, why, read_by, kept_out, needs_lado, needs_police_advice, nobody_left,
    decider_post)
SELECT r.id, r.school, r.reference, r.status, v.pack, v.pack_version, r.revision, r.started_by, r.logged_at, r.recorded_at,
    r.due_at, CASE WHEN r.status IN ('in_progress', 'closed') THEN r.revision END, r.closed_at, r.happened_on,
    v.answers ->> 'location',
    ARRAY(SELECT jsonb_array_elements_text(v.answers -> 'involved')),
    ARRAY(SELECT jsonb_array_elements_text(v.answers -> 'types')),
    (v.answers -> 'deliberate')::bool, (v.answers -> 'accidental')::bool,
    ARRAY(SELECT jsonb_array_elements_text(v.answers -> 'risk_areas')),
    (v.answers -> 'safeguarding')::bool, (v.answers -> 'illegal_material')::bool, (v.answers -> 'immediate_risk')::bool,
    (v.answers -> 'sexual_images')::bool, v.uploads_barred,
    setweight(to_tsvector('simple', r.reference || ' ' || r.characters || ' ' || r.names || ' '
        || (v.answers ->> 'reported_by')), 'A') || v.vector,
    '', false, v.handler, '', v.why, v.readers, '{}', v.lado, v.police, false, v.decider
FROM bench_row r JOIN bench_variant v ON v.n = r.variant ORDER BY r.n
"""

_REVISIONS = """
INSERT INTO incidents_revision (id, school_id, incident_id, number, content, changed, reason, by_id, at)
SELECT md5('revision' || r.n || ' ' || k)::uuid, r.school, r.id, k,
    v.answers || jsonb_build_object('happened_on', r.happened_on, 'people', r.people),
    (ARRAY['{}', '{types,description,deliberate}', '{people}', '{specific_action,outcome}'])[k]::varchar[], '',
    r.started_by, r.logged_at + k * interval '1 hour'
FROM bench_row r JOIN bench_variant v ON v.n = r.variant, generate_series(1, r.revision) k
ORDER BY r.n, k
"""

_INVOLVEMENTS = """
INSERT INTO incidents_involvement (id, school_id, incident_id, person_id, name, "group", kind, part, since_revision,
    until_revision)
SELECT md5('involvement' || r.n || ' ' || k)::uuid, r.school, r.id, (p ->> 'person_id')::uuid, p ->> 'name', p ->> 'group',
    p ->> 'kind', p ->> 'part', 1, NULL
FROM bench_row r, jsonb_array_elements(r.people) WITH ORDINALITY AS each (p, k)
ORDER BY r.n
"""

_CONFLICTS = """
INSERT INTO incidents_conflict (id, school_id, incident_id, person_id, why, since_revision, until_revision)
SELECT md5('conflict' || r.n || ' ' || k)::uuid, r.school, r.id, (p ->> 'person_id')::uuid, p ->> 'part', 1, NULL
FROM bench_row r, jsonb_array_elements(r.people) WITH ORDINALITY AS each (p, k)
WHERE p ->> 'part' IN ('subject', 'affected')
ORDER BY r.n
"""

_TRANSITIONS = """
INSERT INTO incidents_transition (id, school_id, incident_id, to_status, revision, reason, by_id, at)
SELECT md5('transition' || r.n || t.status)::uuid, r.school, r.id, t.status, least(t.k, r.revision), '', r.started_by,
    r.logged_at + t.k * interval '1 hour'
FROM bench_row r, unnest(ARRAY['reported', 'recorded', 'in_progress', 'closed']) WITH ORDINALITY AS t (status, k)
WHERE k <= array_position(ARRAY['reported', 'recorded', 'in_progress', 'closed'], r.status)
    AND (r.school_no = 0 OR k = 1 OR t.status = r.status)
ORDER BY r.n, k
"""

_AUDIT = """
INSERT INTO audit_entry (id, school_id, actor_id, action, object_type, object_id, detail, at)
SELECT md5('audit' || n)::uuid, school, NULL, 'incident.reported', 'incident', id, '{}', logged_at FROM bench_row ORDER BY n
"""

STATEMENTS = (
    ("rows", _ROWS),
    ("incidents", _INCIDENTS),
    ("revisions", _REVISIONS),
    ("involvements", _INVOLVEMENTS),
    ("conflicts", _CONFLICTS),
    ("transitions", _TRANSITIONS),
    ("audit trail", _AUDIT),
)
