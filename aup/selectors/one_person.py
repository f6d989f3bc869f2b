"""What one mail must know of one person, asked when it goes out: in two queries, for a campaign is thousands of mails.

The facts are the querysets of ``standing``, put together once a process; what follows of them the rules say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, F, OuterRef, Q, Value
from django.db.models.functions import TruncDate

from aup.models import AgreementVersion, Invitation, Signature
from aup.rules.campaigns import CampaignState, asked_by
from aup.rules.due import Held, Kind, Paper, WhoSigns, due_of, lines_for
from aup.selectors.standing import member_rows, members_of
from packs.schema import SIGNERS, STAGES, Signer
from schools.models import Guardian, Pupil
from schools.prepared import Prepared, rows_at_once

_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who still has something to sign in a campaign, and what their link is good for."""

    person_id: UUID
    ends_on: date
    version_ids: tuple[UUID, ...]


def still_invited(school_id: UUID, invitation_id: UUID, today: date) -> Invited | None:
    """Who is behind an invitation, or None where nothing is asked of them any more. Two queries.

    None of a campaign that is closed or over, of whoever has signed, refused, left or been barred meanwhile
    (threat T27).
    """
    found = _INVITATION.rows(school_id, invitation_id)
    if not found:
        return None
    person_id, children, state, ends_on, for_day, audience, class_names, said = found[0]
    if state != CampaignState.OPEN or ends_on < today:
        return None
    day, family = max(for_day, today), tuple(dict.fromkeys((person_id, *children)))
    facts = rows_at_once(
        (_VERSIONS, (school_id, today)),
        (_VERSIONS, (school_id, day)),
        *((each, (school_id, day, *family)) for each in _about(len(family))),
    )
    now_in_force, then_in_force, *members, held, classes = facts
    papers = _papers(then_in_force, day)
    lines = lines_for(
        members_of(day, *(_with_ids(rows) for rows in members)),
        papers,
        [Held(UUID(version), UUID(signer), UUID(about), _KINDS[kind]) for version, signer, about, kind in held],
        who_signs=WhoSigns(said) if said else WhoSigns.ONE,
    )
    about = {UUID(child) for child, name, _ in classes if name in class_names} if class_names else None
    asked = asked_by(audience, due_of(lines), {each.version_id: each.audience for each in papers}, about)
    if person_id not in asked:
        return None
    return Invited(person_id, ends_on, tuple(each.version_id for each in _papers(now_in_force, today)))


def _papers(rows: Iterable[Sequence[Any]], day: date) -> list[Paper]:
    """The versions in force, as the rules know them: the newest of each agreement, unless it was withdrawn by then."""
    return [
        Paper(
            version_id=UUID(key),
            code=code,
            audience=audience,
            stages=frozenset(each for each in STAGES if each in stages),
            signed_by=_signers(signed_by),
            acknowledged_by=_signers(acknowledged_by),
        )
        for key, code, audience, stages, signed_by, acknowledged_by, withdrawn_on in rows
        if withdrawn_on is None or date.fromisoformat(withdrawn_on) > day
    ]


def _signers(names: Iterable[str]) -> frozenset[Signer]:
    return frozenset(each for each in SIGNERS if each in names)


def _with_ids(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The same rows, with ids instead of what JSON makes of them; nothing else in them is as long."""
    return [[UUID(each) if isinstance(each, str) and len(each) == 36 else each for each in row] for row in rows]


@lru_cache(maxsize=32)
def _about(_size: int) -> tuple[Prepared, ...]:
    """What is asked about so many people: the four rows of members, what is signed, and classes.

    Each size of a family has statements of its own, because ids that are named one by one are looked up by their index.
    """
    members = [
        Prepared(
            lambda school_id, day, *family, number=number: member_rows(
                school_id, day, people=Q(person_id__in=family), children=Q(child_id__in=family)
            )[number]
        )
        for number in range(4)
    ]
    held = Prepared(
        lambda school_id, day, *family: (
            Signature.objects.filter(
                school_id=school_id, about_id__in=family, counts_until__gte=day, signed_at__date__lte=day
            )
            .exclude(kind=Kind.CONSENTS.value)
            .values_list("version_id", "signer_id", "about_id", "kind")
        )
    )
    classes = Prepared(
        lambda school_id, day, *family: (
            Pupil.objects.filter(school_id=school_id, person_id__in=family)
            # The day changes nothing, but is given to all of them.
            .annotate(day=Value(day, DateField()))
            .values_list("person_id", "class_name", "day")
        )
    )
    return (*members, held, classes)


_INVITATION = Prepared(
    lambda school_id, invitation_id: (
        Invitation.objects.filter(school_id=school_id, pk=invitation_id)
        # Every child they were ever put down for; who may sign for whom, and on which day, is asked of the rules.
        .annotate(
            children=ArraySubquery(
                Guardian.objects.filter(school_id=OuterRef("school_id"), guardian_id=OuterRef("person_id"))
                .order_by("pk")
                .values("child_id")
            )
        )
        .values_list(
            "person_id",
            "children",
            "campaign__state",
            "campaign__ends_on",
            "campaign__for_day",
            "campaign__audience",
            "campaign__class_names",
            "school__agreement_settings__who_signs",
        )
    )
)
_VERSIONS = Prepared(
    lambda school_id, day: (
        AgreementVersion.objects.filter(school_id=school_id, published_at__date__lte=day)
        .annotate(withdrawn_on=TruncDate(F("withdrawal__withdrawn_at")))
        .order_by("code", "-number")
        .distinct("code")
        .values_list("pk", "code", "audience", "stages", "signed_by", "acknowledged_by", "withdrawn_on")
    )
)
