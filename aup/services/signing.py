"""Signing, acknowledging, refusing, and changing a consent: each one line of the register.

Duties A1, A2, A3, A5 (CM 3.3, CC 3.2, CC 3.5.8, NS 7.2); threats T2 and T20.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion, FollowUp, Signature
from aup.rules.chaining import FIRST, hash_of
from aup.rules.consents import FOLLOW_UPS, Answered, allowed, withdrawn
from aup.rules.due import Kind, Member, may_sign
from aup.rules.stages import counts_until
from aup.rules.typed_names import NameTrouble, is_name_of, trouble_with
from aup.selectors.standing import members_on, paper_of, versions_in_force
from aup.services.copies import issue_copy
from aup.services.problems import (
    AnsweredSince,
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

    ``also`` follows the sentence that was ticked, e.g. when a paper was signed. ``signed_on`` is the day on a paper:
    it counts for the school year of that day, whenever it is put down.
    """

    version_id: UUID
    about_id: UUID
    typed_name: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    language: str = "en"
    also: str = ""
    signed_on: date | None = None

    def counts_until(self, now: datetime) -> date:
        """The last day on which it counts."""
        return counts_until(self.signed_on or timezone.localdate(now))


@dataclass(frozen=True, slots=True)
class Signed:
    """The line of the register, and whether it was made just now: of two clicks the second finds the first's."""

    signature: Signature
    is_new: bool


def sign(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put a signature into the register, once. Eighteen queries. Duties A1, A2, A3; threat T20.

    The same sent again finds the first; with other answers than those that count it is not passed over in silence.
    Raises NewerVersion, Withdrawn, NotForThem, NotYours, NameRefused, ConsentsMissing, SignedAlready,
    AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        _check_part(by, intent, version)
        _check_name(by, intent, member)
        _check_answers(intent, version)
        there = _found(by, intent, Kind.SIGNED, now)
        if there is not None:
            newest = _newest_answers(by, intent)
            if newest is not None and newest.consents != _answers(intent, version):
                raise SignedAlready
            return Signed(there, is_new=False)
        sentence = INTENT_SELF if by.person_id == intent.about_id else INTENT_CHILD
        return _add(by, intent, version, member, Kind.SIGNED, sentence, now)


def acknowledge(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put down that a child has gone through its agreement and said yes, before a witness. Eighteen queries. Duty A2.

    Raises NewerVersion, Withdrawn, NotForThem, NotYours, AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        if by.person_id != intent.about_id or version.audience not in version.acknowledged_by:
            raise NotYours
        there = _found(by, intent, Kind.ACKNOWLEDGED, now)
        if there is not None:
            return Signed(there, is_new=False)
        return _add(by, intent, version, member, Kind.ACKNOWLEDGED, INTENT_CLASS, now)


def refuse(*, by: Signer, intent: Intent, reason: str = "", now: datetime | None = None) -> Signed:
    """Put down that somebody does not sign, with the reason if they give one; it becomes a task of the co-ordinator.

    Duty A5. Eighteen queries. Raises SignedAlready besides what ``sign`` raises about version and person.
    """
    now = now or timezone.now()
    with transaction.atomic():
        version, member = _checked(by, intent, now)
        _check_part(by, intent, version)
        _check_name(by, intent, member)
        if _found(by, intent, Kind.SIGNED, now) is not None:
            raise SignedAlready
        there = _found(by, intent, Kind.REFUSED, now)
        if there is not None:
            return Signed(there, is_new=False)
        done = _add(by, intent, version, member, Kind.REFUSED, INTENT_REFUSE, now, reason=reason.strip())
        _follow_up(done.signature, ("refused",), now)
        return done


def change_consents(*, by: Signer, intent: Intent, now: datetime | None = None) -> Signed:
    """Put down other answers of a parent who has signed. Each change is kept; what must be undone becomes a task (A5).

    At any time: also when the signature does not count any more, or the agreement was withdrawn, for the answers last.
    The same answers again are no change. Twenty queries. Raises NotSignedYet, AnsweredSince, ConsentsMissing, NotYours,
    NotForThem, AgreementVersion.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        _lock_register(by.school_id)
        version = AgreementVersion.objects.get(school_id=by.school_id, pk=intent.version_id)
        member = _member(by, intent, now)
        if not may_sign(member, by.person_id):
            raise NotYours
        check_may_answer(by, version, intent.about_id)
        _check_answers(intent, version)
        newest = _newest_answers(by, intent)
        if newest is not None and newest.consents == _answers(intent, version):
            return Signed(newest, is_new=False)
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


def check_may_answer(by: Signer, version: AgreementVersion, about_id: UUID) -> None:
    """Whether the answers to the questions of a version are theirs to change. One query.

    They are once they have signed it, in whatever year, and until they sign a newer one: its answers count then.
    Raises NotSignedYet, AnsweredSince.
    """
    signed = Signature.objects.filter(
        school_id=by.school_id,
        version__code=version.code,
        signer_id=by.person_id,
        about_id=about_id,
        kind=Kind.SIGNED.value,
    ).values_list("version__number", flat=True)
    numbers = set(signed)
    if version.number not in numbers:
        raise NotSignedYet
    if max(numbers) > version.number:
        raise AnsweredSince


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


def _lines(by: Signer, intent: Intent) -> QuerySet[Signature]:
    return Signature.objects.filter(
        school_id=by.school_id, version_id=intent.version_id, signer_id=by.person_id, about_id=intent.about_id
    )


def _found(by: Signer, intent: Intent, kind: Kind, now: datetime) -> Signature | None:
    """What they have said before and counts as long as this would. One query."""
    return _lines(by, intent).filter(kind=kind.value, counts_until__gte=intent.counts_until(now)).first()


def _check_part(by: Signer, intent: Intent, version: AgreementVersion) -> None:
    """Whether a version has a part for them to sign: the own one, or a parent's for a child."""
    paper, is_own = paper_of(version), by.person_id == intent.about_id
    if (paper.audience if is_own else "parent") not in paper.signed_by or (is_own and paper.audience == "parent"):
        raise NotYours


def _check_name(by: Signer, intent: Intent, member: Member) -> None:
    """One query: the signer, and whose name it must not be, such as the child's or the other parent's."""
    ids = {by.person_id, member.person_id, *(each.person_id for each in member.carers)}
    people = Person.objects.filter(school_id=by.school_id).in_bulk(ids)
    person, typed = people.pop(by.person_id), intent.typed_name
    trouble = trouble_with(typed, given_name=person.given_name, family_name=person.family_name)
    if trouble is None and not is_name_of(typed, given_name=person.given_name, family_name=person.family_name):
        others = people.values()
        if any(is_name_of(typed, given_name=each.given_name, family_name=each.family_name) for each in others):
            trouble = NameTrouble.SOMEBODY_ELSE
    if trouble is not None:
        raise NameRefused(trouble)


def _codes(version: AgreementVersion) -> tuple[str, ...]:
    return tuple(each["code"] for each in version.content.get("consents", ()))


def _check_answers(intent: Intent, version: AgreementVersion) -> None:
    if missing := tuple(code for code in _codes(version) if code not in intent.consents):
        raise ConsentsMissing(missing)


def _answers(intent: Intent, version: AgreementVersion) -> dict[str, bool]:
    """What was answered to what was asked; an answer to anything else is none."""
    return {code: bool(intent.consents[code]) for code in _codes(version) if code in intent.consents}


def _newest_answers(by: Signer, intent: Intent) -> Signature | None:
    """The line with the newest answers of somebody to a version. One query."""
    return _lines(by, intent).exclude(consents={}).order_by("-number").first()


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
    answers = _answers(intent, version) if kind in {Kind.SIGNED, Kind.CONSENTS} else {}
    before = _counted(answers_about(by.school_id, intent.about_id), by, member) if answers else []
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
        consents=answers,
        reason_sealed=seal(reason.encode()) if reason else None,
        signed_at=now,
        local_time=f"{local:%Y-%m-%d %H:%M:%S %Z}",
        counts_until=intent.counts_until(now),
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


def _counted(answers: list[Answered], by: Signer, member: Member) -> list[Answered]:
    """The answers of those who may still give any: who may not sign for the child any more denies nothing."""
    known = {by.person_id, member.person_id, *member.signing_carers}
    return [each for each in answers if each.signer_id in known]


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
