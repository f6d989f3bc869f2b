"""Agreements: a campaign's mails, and who is outstanding in a trust, each beside the least that could do the same.

Mails, ours: an invitation row each, a notice queued in batches and a worker woken for each, then claim, who is still
asked, a link of one's own, text, SMTP and settling, one after the other in one process. Floor: one INSERT and COMMIT a
mail, then the same text by smtplib on a new connection to the same sink, and one UPDATE and COMMIT.
Trust, ours: the outstanding list of everybody and the coverage of each school, school after school. Floor: for each the
one SQL statement that gives the same figures of the pupils.
"""

import smtplib  # noqa: TID251  the floor of dispatch.smtp
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import psycopg2
import psycopg2.extensions
from django.utils import timezone

from aup.models import AgreementVersion, Invitation, Signature, SigningLink
from aup.rules.content import from_pack
from aup.rules.stages import counts_until
from aup.selectors.coverage import PUPILS, coverage_on
from aup.selectors.outstanding import EVERYBODY, outstanding_page
from aup.services import campaigns, sending
from aup.services.publishing import issue
from bench import machine
from bench.chain import _sink
from bench.measuring import WrongAnswer, keep, table
from dispatch.models import Notice
from dispatch.notice_delivery import deliver_notice
from packs import loader
from schools.models import Guardian, Membership, Person, Pupil, School
from schools.roles import Role
from schools.viewer import Viewer
from schools.wall import in_school

DATABASE = "agreements"
CLASS_SIZE = 30
# Of ten families this many have signed everything.
SIGNED_OF_TEN = 7
SLICE = 500
_COVERAGE = """
    WITH need AS (
        SELECT p.person_id, p.class_name, v.id AS version_id
        FROM schools_pupil p CROSS JOIN aup_agreementversion v
        WHERE p.school_id = %(school)s AND v.school_id = %(school)s AND (p.left_on IS NULL OR p.left_on >= %(day)s)
    ), done AS (
        SELECT DISTINCT version_id, about_id FROM aup_signature
        WHERE school_id = %(school)s AND counts_until >= %(day)s AND kind = 'signed'
    ), people AS (
        SELECT n.class_name, n.person_id, bool_and(d.about_id IS NOT NULL) AS is_done
        FROM need n LEFT JOIN done d ON d.version_id = n.version_id AND d.about_id = n.person_id GROUP BY 1, 2
    )
    SELECT class_name, count(*), count(*) FILTER (WHERE is_done) FROM people GROUP BY 1
"""
_OUTSTANDING = """
    SELECT p.class_name, o.family_name, o.given_name, v.content ->> 'title'
    FROM schools_pupil p
    JOIN schools_person o ON o.id = p.person_id
    CROSS JOIN aup_agreementversion v
    WHERE p.school_id = %(school)s AND v.school_id = %(school)s AND (p.left_on IS NULL OR p.left_on >= %(day)s)
      AND NOT EXISTS (
        SELECT FROM aup_signature s WHERE s.school_id = %(school)s AND s.version_id = v.id AND s.about_id = p.person_id
          AND s.counts_until >= %(day)s AND s.kind = 'signed')
    ORDER BY 1, 2, 3
"""
_QUEUE = """
    INSERT INTO dispatch_notice (id, school_id, kind, to_address, object_id, params, state, tries, next_attempt_at,
                                 problem, created_at)
    VALUES (%s, %s, 'agreement_invitation', %s, %s, '{}', 'pending', 0, now(), '', now())
"""
_DONE = "UPDATE dispatch_notice SET state = 'accepted', accepted_at = now() WHERE id = %s"


def measure(pupils: int, schools: int, invitations: int, port: int) -> dict[str, Any]:
    """Fill an empty database, measure both, print and keep the figures."""
    started = time.monotonic()
    trust = [_school(number, max(1, pupils // schools)) for number in range(schools)]
    asking = _school(schools, invitations, signed_of_ten=0)
    _run("VACUUM ANALYZE")
    print(f"Made {pupils:,} pupils in {schools} schools in {time.monotonic() - started:.0f} s", flush=True)
    result = {"trust": _trust(trust), "mails": _mails(asking, invitations, port)}
    keep(f"agreements-{pupils}", result)
    return result


def _school(number: int, pupils: int, *, signed_of_ten: int = SIGNED_OF_TEN) -> Viewer:
    """A school of that many pupils with a parent each, of whom some have signed, and its co-ordinator."""
    now = timezone.now() - timedelta(days=1)
    with in_school(school_id := uuid.uuid4()):
        school = School.objects.create(pk=school_id, name=f"School {number}", address="1 Mill Lane")
        jo = Person.objects.create(school=school, given_name="Jo", family_name="Marsh")
        Membership.objects.create(
            school=school, person=jo, role=Role.STAFF.value, starts_on=timezone.localdate(now) - timedelta(days=900)
        )
        version = _published(school, now)
        children, parents = (
            [
                Person(
                    school=school, given_name=name, family_name=_letters(each),
                    email=f"{name}{each}@example.org".lower(),
                )
                for each in range(pupils)
            ]
            for name in ("Child", "Parent")
        )  # fmt: skip
        Person.objects.bulk_create([*children, *parents], batch_size=2_000)
        Pupil.objects.bulk_create(
            [
                Pupil(school=school, person=child, year_group="Year 5", class_name=f"5-{each // CLASS_SIZE}")
                for each, child in enumerate(children)
            ],
            batch_size=2_000,
        )
        Guardian.objects.bulk_create(
            [
                Guardian(
                    school=school, guardian=parent, child=child, verified_by=jo, verified_at=now,
                    starts_on=timezone.localdate(now), relation="parent", has_parental_responsibility=True,
                )
                for parent, child in zip(parents, children, strict=True)
            ],
            batch_size=2_000,
        )  # fmt: skip
        signed = [pair for each, pair in enumerate(zip(parents, children, strict=True)) if each % 10 < signed_of_ten]
        Signature.objects.bulk_create(
            [_signature(version, n, *pair, now) for n, pair in enumerate(signed, 1)], batch_size=2_000
        )
    return Viewer(
        user_id=uuid.uuid4(),
        school_id=school.pk,
        person_id=jo.pk,
        display_name="Jo Marsh",
        school_name=school.name,
        roles=frozenset({Role.STAFF, Role.COORDINATOR}),
    )


def _letters(number: int) -> str:
    """A name that somebody can type as theirs, in the order of the numbers."""
    return "Family " + "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def _published(school: School, now: Any) -> AgreementVersion:
    agreement = loader.latest("camden_2021").agreement("parent")
    return issue(
        school_id=school.pk, agreement=agreement, content=from_pack(agreement), translations={}, person_id=None,
        user_id=None, now=now,
    )  # fmt: skip


def _signature(version: AgreementVersion, number: int, parent: Person, child: Person, now: Any) -> Signature:
    return Signature(
        school_id=version.school_id, number=number, kind="signed", version=version, text_sha256=version.sha256,
        signer=parent, about=child, relation="parent", typed_name=parent.full_name, intent="I agree.", signed_at=now,
        local_time=f"{now:%Y-%m-%d %H:%M:%S}", counts_until=counts_until(timezone.localdate(now)),
        identified_by="link", previous_hash="0" * 64, hash="0" * 64,
    )  # fmt: skip


def _trust(trust: list[Viewer]) -> dict[str, Any]:
    """Every school in turn, the floor and ours after each other, so that a busy machine is busy for both."""
    today = timezone.localdate()
    took = {"outstanding": ([], []), "coverage": ([], [])}  # type: dict[str, tuple[list[float], list[float]]]
    with closing(_connect()) as connection, connection.cursor() as cursor:
        for viewer in trust[:3] + trust:  # some to warm up
            said = {"school": str(viewer.school_id), "day": today}
            ours = _ours(viewer, today)
            for name, statement in (("outstanding", _OUTSTANDING), ("coverage", _COVERAGE)):
                floor_seconds, rows = _timed(lambda s=statement, a=said: _fetch(cursor, s, a))
                our_seconds, found = _timed(ours[name])
                expected = len(rows) if name == "outstanding" else sum(row[1] for row in rows)
                if found != expected:
                    raise WrongAnswer(f"{name}: {found}, not {expected}")
                took[name][0].append(floor_seconds)
                took[name][1].append(our_seconds)
    lines, result = [], {}
    for name, (floor, mine) in took.items():
        total_floor, total = sum(floor[3:]), sum(mine[3:])
        lines.append((name, total_floor, total, max(mine[3:]) * 1000, total / total_floor))
        result[name] = {"floor_seconds": total_floor, "seconds": total, "slowest_school_ms": max(mine[3:]) * 1000}
    print(table(lines, (f"{len(trust)} schools", "floor, s", "ours, s", "slowest school, ms", "x floor")), flush=True)
    return result


def _ours(viewer: Viewer, today: date) -> dict[str, Callable[[], int]]:
    def outstanding() -> int:
        with in_school(viewer.school_id):
            return outstanding_page(viewer=viewer, chosen=EVERYBODY, today=today).count

    def coverage() -> int:
        with in_school(viewer.school_id):
            found = coverage_on(viewer.school_id, today)
        return next(each.people for each in found.roles if each.name == PUPILS)

    return {"outstanding": outstanding, "coverage": coverage}


def _mails(by: Viewer, count: int, port: int) -> dict[str, Any]:
    today = timezone.localdate()
    # The throttle is not what is measured.
    sending.MAILS_PER_MINUTE = 10 * count
    floor_queue = queueing = floor_send = sending_seconds = 0.0
    with _sink(port):
        with in_school(by.school_id):
            details = campaigns.CampaignDetails("All", "parent", (), today, (), today + timedelta(days=42))
            made = campaigns.make_campaign(by=by, details=details)

        def open_it() -> None:
            with in_school(by.school_id):
                campaigns.open_campaign(by=by, campaign_id=made.pk)

        opening, _ = _timed(open_it)
        # In turn, slice by slice, so that a busy machine is busy for both.
        for start in range(0, count, SLICE):
            size = min(SLICE, count - start)
            took, keys = _timed(lambda s=start, n=size: _floor_queue(by, s, n))
            floor_queue += took
            took, queued = _timed(
                lambda n=size: sending.send_campaign(school_id=by.school_id, campaign_id=made.pk, limit=n)
            )
            queueing += took
            if queued != size:
                raise WrongAnswer(f"{queued} queued, not {size}")
            with in_school(by.school_id):
                ours = Notice.objects.filter(state="pending").exclude(pk__in=keys)
                waiting = list(ours.values_list("pk", flat=True))
            if len(waiting) != size:
                raise WrongAnswer(f"{len(waiting)} wait, not {size}")
            floor_send += _timed(lambda s=start, k=keys: _floor_send(k, s, port))[0]
            sending_seconds += _timed(lambda w=waiting: _deliver(by, w))[0]
    _each_once(by, made.pk, count)
    lines = [
        ("opening", 0.0, opening, 0.0),
        ("queueing", floor_queue, queueing, queueing / floor_queue),
        ("composing and sending", floor_send, sending_seconds, sending_seconds / floor_send),
    ]
    print(table(lines, (f"{count:,} invitations", "floor, s", "ours, s", "x floor")), flush=True)
    return {
        "invitations": count, "opening_seconds": opening, "queueing": [floor_queue, queueing],
        "sending": [floor_send, sending_seconds],
    }  # fmt: skip


def _each_once(by: Viewer, campaign_id: uuid.UUID, count: int) -> None:
    """Every parent has one link of their own, of one mail that was taken."""
    with in_school(by.school_id):
        links = SigningLink.objects.filter(invitation__campaign_id=campaign_id)
        found = links.values("person_id").distinct().count(), links.count()
        taken = Notice.objects.filter(
            pk__in=Invitation.objects.filter(campaign_id=campaign_id).values("notice_id"), state="accepted"
        ).count()
    if (*found, taken) != (count, count, count):
        raise WrongAnswer(f"{found} people and links and {taken} mails, not {count}")


def _floor_queue(by: Viewer, start: int, count: int) -> list[str]:
    keys = [str(uuid.uuid4()) for _ in range(count)]
    with closing(_connect()) as connection, connection.cursor() as cursor:
        for number, key in enumerate(keys, start):
            cursor.execute(_QUEUE, [key, str(by.school_id), f"parent{number}@example.org", key])
            connection.commit()
    return keys


def _floor_send(keys: list[str], start: int, port: int) -> None:
    with closing(_connect()) as connection, connection.cursor() as cursor:
        for number, key in enumerate(keys, start):
            mail = EmailMessage()
            mail["From"], mail["To"] = "bench@example.org", f"parent{number}@example.org"
            mail["Subject"], mail["Message-ID"] = "Please read and sign", f"<{key}@floor.example.org>"
            mail.set_content("Please open this page:\nhttps://bench.example.org/sign/x/\n" * 6)
            with smtplib.SMTP("127.0.0.1", port) as server:
                server.send_message(mail)
            cursor.execute(_DONE, [key])
            connection.commit()


def _deliver(by: Viewer, waiting: list[uuid.UUID]) -> None:
    for key in waiting:
        if deliver_notice(school_id=by.school_id, notice_id=key) != "accepted":
            raise WrongAnswer(f"notice {key} was not accepted; see {machine.FOLDER}")


def _connect() -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(machine.postgres().socket_folder), user="postgres", dbname=DATABASE)


def _fetch(cursor: psycopg2.extensions.cursor, statement: str, said: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, said)
    return cursor.fetchall()


def _run(statement: str) -> None:
    with closing(_connect()) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found
