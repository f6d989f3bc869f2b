"""Signing, acknowledging, refusing, and changing a consent: each one line of the register.

Duties A1, A2, A3, A5 (CM 3.3, CC 3.2, CC 3.5.8, NS 7.2); threats T2 and T20.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion, FollowUp, Signature
from aup.rules.chaining import FIRST, hash_of
from aup.rules.consents import FOLLOW_UPS, Answered, allowed, withdrawn
from aup.rules.due import Kind, Member, may_sign
from aup.rules.stages import counts_until
from aup.rules.typed_names import trouble_with
from aup.selectors.standing import members_on, paper_of, versions_in_force
from aup.services.copies import issue_copy
from aup.services.problems import (
    ConsentsMissing,
    NameRefused,
    NewerVersion,
    NotForThem,
    NotSignedYet,
    NotYours,
    SignedAlready,
    Withdrawn,
)
from schools.models import Guardian, Person, in_force
from schools.sealing import seal

REASON_MAX_LENGTH = 2_000
DEVICE_MAX_LENGTH = 300
SELF = "self"
PARENT = "parent or carer"
# What each kind of line leaves on the audit trail.
ACTIONS: dict[Kind, str] = {
    Kind.SIGNED: "agreement.signed",
    Kind.ACKNOWLEDGED: "agreement.acknowledged",
    Kind.REFUSED: "agreement.refused",
    Kind.CONSENTS: "agreement.consents",
}
# The sentences that are ticked. What was ticked is kept with the signature; a sentence is changed by adding one.
INTENT_SELF = "I have read this agreement and I agree to it."
INTENT_CHILD = "I have read this agreement and I sign it for the child named here."
INTENT_CLASS = "We talked our rules through in class, and I said yes to them."
INTENT_REFUSE = "I do not agree to this, and I know what follows from that."
INTENT_CONSENTS = "I change my answers to these questions from now on."


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs and how it is known that it is them: ``how`` is a key of ``IDENTIFIED_BY``, ``identified_id`` the
    log-in, link or class session, ``witness_id`` the member of staff before whom it was done."""

    school_id: UUID
    person_id: UUID
    how: str
    identified_id: UUID | None = None
    user_id: UUID | None = None
    witness_id: UUID | None = None
    address: str | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody puts their name to: the version and text they saw, about whom, and what they typed and chose.

    ``also`` follows the sentence that was ticked, e.g. when a paper was signed.
    """

    version_id: UUID
    about_id: UUID
    typed_name: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    language: str = "en"
    also: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """The line of the register, and whether it was made just now: of two clicks the second finds the first's."""

    signature: Signature
    is_new: bool


def sign(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put a signature into the register, once. Eighteen queries. Duties A1, A2, A3; threat T20.

    Raises NewerVersion, Withdrawn, NotForThem, NotYours, NameRefused, ConsentsMissing, AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        paper = paper_of(version)
        is_own = by.person_id == intent.about_id
        if (paper.audience if is_own else "parent") not in paper.signed_by or (is_own and paper.audience == "parent"):
            raise NotYours
        _check_name(by, intent)
        missing = tuple(each["code"] for each in version.content["consents"] if each["code"] not in intent.consents)
        if missing:
            raise ConsentsMissing(missing)
        return _add(by, intent, version, member, Kind.SIGNED, INTENT_SELF if is_own else INTENT_CHILD, now)


def acknowledge(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put down that a child has gone through its agreement and said yes, before a witness. Eighteen queries. Duty A2.

    Raises NewerVersion, Withdrawn, NotForThem, NotYours, AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        if by.person_id != intent.about_id or version.audience not in version.acknowledged_by:
            raise NotYours
        return _add(by, intent, version, member, Kind.ACKNOWLEDGED, INTENT_CLASS, now)


def refuse(*, by: Signer, intent: Intent, reason: str = "", now: datetime | None = None) -> Signed:
    """Put down that somebody does not sign, with the reason if they give one; it becomes a task of the co-ordinator.

    Duty A5. Eighteen queries. Raises SignedAlready besides what ``sign`` raises about version and person.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        _check_name(by, intent)
        if _found(by, intent, Kind.SIGNED, now) is not None:
            raise SignedAlready
        done = _add(by, intent, version, member, Kind.REFUSED, INTENT_REFUSE, now, reason=reason.strip())
        if done.is_new:
            _follow_up(done.signature, ("refused",), now)
        return done


def change_consents(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put down other answers of a parent who has signed. Each change is kept; what must be undone becomes a task (A5).

    Twenty queries. Raises NotSignedYet, ConsentsMissing, NotYours, NotForThem, AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        _lock_register(by.school_id)
        version = AgreementVersion.objects.get(school_id=by.school_id, pk=intent.version_id)
        member = _member(by, intent, now)
        if not may_sign(member, by.person_id):
            raise NotYours
        if not _has_signed(by, intent, now):
            raise NotSignedYet
        missing = tuple(each["code"] for each in version.content["consents"] if each["code"] not in intent.consents)
        if missing:
            raise ConsentsMissing(missing)
        return _add(by, intent, version, member, Kind.CONSENTS, INTENT_CONSENTS, now)


def answers_about(school_id: UUID, about_id: UUID) -> list[Answered]:
    """What parents have answered about a child, oldest first. One query."""
    rows = Signature.objects.filter(school_id=school_id, about_id=about_id).exclude(consents={})
    return [
        Answered(signer_id, at, number, consents)
        for signer_id, at, number, consents in rows.order_by("number").values_list(
            "signer_id", "signed_at", "number", "consents"
        )
    ]


def _checked(by: Signer, intent: Intent, now: datetime) -> tuple[AgreementVersion, Member]:
    _lock_register(by.school_id)
    version = AgreementVersion.objects.select_related("withdrawal").get(school_id=by.school_id, pk=intent.version_id)
    in_force_now = {each.pk for each in versions_in_force(by.school_id, timezone.localdate(now))}
    if version.pk not in in_force_now:
        raise Withdrawn if hasattr(version, "withdrawal") else NewerVersion
    if intent.language != "en" and intent.language not in version.translations:
        raise NewerVersion
    member = _member(by, intent, now)
    if not paper_of(version).is_for(member):
        raise NotForThem
    if not may_sign(member, by.person_id):
        raise NotYours
    return version, member


def _lock_register(school_id: UUID) -> None:
    """One line after the other: until the end of this transaction nobody else of the school adds one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"aup register {school_id}"])


def _member(by: Signer, intent: Intent, now: datetime) -> Member:
    found = members_on(by.school_id, timezone.localdate(now), person_ids=[intent.about_id])
    if not found:
        raise NotForThem
    return found[0]


def _check_name(by: Signer, intent: Intent) -> None:
    person = Person.objects.get(school_id=by.school_id, pk=by.person_id)
    trouble = trouble_with(intent.typed_name, given_name=person.given_name, family_name=person.family_name)
    if trouble is not None:
        raise NameRefused(trouble)


def _has_signed(by: Signer, intent: Intent, now: datetime) -> bool:
    """Whether what they signed counts today; in July that may be a signature of May, for the year that ends."""
    return Signature.objects.filter(
        school_id=by.school_id,
        version_id=intent.version_id,
        signer_id=by.person_id,
        about_id=intent.about_id,
        kind=Kind.SIGNED.value,
        counts_until__gte=timezone.localdate(now),
    ).exists()


def _found(by: Signer, intent: Intent, kind: Kind, now: datetime) -> Signature | None:
    return Signature.objects.filter(
        school_id=by.school_id,
        version_id=intent.version_id,
        signer_id=by.person_id,
        about_id=intent.about_id,
        kind=kind.value,
        counts_until__gte=counts_until(timezone.localdate(now)),
    ).first()


def _add(
    by: Signer,
    intent: Intent,
    version: AgreementVersion,
    member: Member,
    kind: Kind,
    sentence: str,
    now: datetime,
    *,
    reason: str = "",
) -> Signed:
    if kind is not Kind.CONSENTS and (there := _found(by, intent, kind, now)) is not None:
        return Signed(there, is_new=False)
    before = answers_about(by.school_id, intent.about_id) if intent.consents else []
    last = Signature.objects.filter(school_id=by.school_id).order_by("-number").values_list("number", "hash").first()
    number, previous_hash = (last[0] + 1, last[1]) if last else (1, FIRST)
    local = timezone.localtime(now)
    translation = version.translations.get(intent.language)
    row = Signature(
        school_id=by.school_id,
        number=number,
        kind=kind.value,
        version=version,
        text_sha256=version.sha256,
        language=intent.language,
        translation_sha256=translation["sha256"] if translation else "",
        signer_id=by.person_id,
        about_id=intent.about_id,
        relation=_relation(by, intent, now),
        typed_name=" ".join(intent.typed_name.split()),
        intent=f"{sentence} {intent.also}".strip(),
        consents=dict(intent.consents),
        reason_sealed=seal(reason.encode()) if reason else None,
        signed_at=now,
        local_time=f"{local:%Y-%m-%d %H:%M:%S %Z}",
        counts_until=counts_until(timezone.localdate(now)),
        identified_by=by.how,
        identified_id=by.identified_id,
        witness_id=by.witness_id,
        address=by.address,
        device=by.device[:DEVICE_MAX_LENGTH],
        previous_hash=previous_hash,
    )
    if reason:
        # With the row's id before it, so that equal reasons do not look equal.
        row.reason_sha256 = hashlib.sha256(f"{row.pk} {reason}".encode()).hexdigest()
    row.hash = hash_of(values_of(row), previous_hash)
    row.save(force_insert=True)
    issue_copy(row)
    audit.record(
        ACTIONS[kind],
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="agreement_signature",
        object_id=row.pk,
        detail={"number": number, "hash": row.hash, "how": by.how},
        at=now,
    )
    _follow_up_of_consents(row, before, now)
    return Signed(row, is_new=True)


def values_of(row: Signature) -> dict[str, object]:
    """What of a line is hashed, as ``aup.rules.chaining`` wants it. No query."""
    names = (
        "number", "kind", "text_sha256", "language", "translation_sha256", "relation", "typed_name", "intent",
        "consents", "reason_sha256", "signed_at", "local_time", "counts_until", "identified_by", "identified_id",
        "address", "device", "school_id", "version_id", "signer_id", "about_id", "witness_id",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _relation(by: Signer, intent: Intent, now: datetime) -> str:
    if by.person_id == intent.about_id:
        return SELF
    said = Guardian.objects.filter(
        in_force(timezone.localdate(now)),
        school_id=by.school_id,
        guardian_id=by.person_id,
        child_id=intent.about_id,
    ).values_list("relation", flat=True)
    return said.first() or PARENT


def _follow_up_of_consents(row: Signature, before: list[Answered], now: datetime) -> None:
    if not row.consents:
        return
    mine = Answered(row.signer_id, row.signed_at, row.number, row.consents)
    codes = tuple(FOLLOW_UPS)
    ended = withdrawn(allowed(before, codes), allowed([*before, mine], codes))
    needed = {each["code"] for each in row.version.content["consents"] if each["needed"]}
    refused = tuple(code for code in needed if row.consents.get(code) is False and code not in ended)
    _follow_up(row, (*ended, *refused), now)


def _follow_up(row: Signature, codes: tuple[str, ...], now: datetime) -> None:
    FollowUp.objects.bulk_create(
        [
            FollowUp(school_id=row.school_id, signature=row, about_id=row.about_id, code=code, made_at=now)
            for code in codes
        ]
    )
