"""The register of signatures for whoever keeps it: a page of its lines, and one line whole. Duty A4 (CC 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from aup.models import Bundle, FollowUp, Scan, Signature
from aup.models.signatures import IDENTIFIED_BY, KIND_NAMES, WITNESS_WORDS
from aup.rules.content import LANGUAGES
from aup.rules.due import Kind
from aup.selectors.policy import SIGNERS, TextShown, text_of
from dispatch.models import Document
from schools.models import Pupil
from schools.roles import Permission
from schools.viewer import Viewer

SHOWN = 50
BUNDLES_SHOWN = 5
KINDS = {kind.value: name for kind, name in KIND_NAMES.items()}
AUDIENCES: dict[str, str] = dict(SIGNERS)
# What somebody signs for themselves at work; what is about a child is looked for by its class.
GROWN_UP = ("staff", "governor", "visitor")
BUNDLE_STATES = {"waiting": "waiting", "making": "being made", "made": "ready", "failed": "could not be made"}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed to: codes that are known, or nothing. ``words`` are the beginnings of a name."""

    kind: str = ""
    audience: str = ""
    class_name: str = ""
    words: str = ""

    @property
    def known(self) -> "Narrowed":
        """The same without codes that do not exist."""
        return Narrowed(
            self.kind if self.kind in KINDS else "",
            self.audience if self.audience in AUDIENCES else "",
            self.class_name[:20],
            self.words,
        )


@dataclass(frozen=True, slots=True)
class SignedLine:
    """One line of the register, in the list."""

    signature_id: UUID
    number: int
    kind: str
    title: str
    version: int
    signer: str
    about: str
    class_name: str
    relation: str
    signed_at: datetime
    counts_until: date

    @property
    def kind_words(self) -> str:
        """What it says, in words."""
        return KINDS[self.kind]

    @property
    def is_own(self) -> bool:
        """Whether somebody signed for themselves."""
        return self.relation == "self"


@dataclass(frozen=True, slots=True)
class BundleLine:
    """A file of a class that somebody has asked for lately."""

    bundle_id: UUID
    class_name: str
    state: str
    asked_at: datetime

    @property
    def state_words(self) -> str:
        """How far it is."""
        return BUNDLE_STATES[self.state]


@dataclass(frozen=True, slots=True)
class SignedList:
    """A page of the register."""

    lines: tuple[SignedLine, ...]
    by: Narrowed
    classes: tuple[str, ...]
    bundles: tuple[BundleLine, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What one parent answered about one child at a time."""

    signature_id: UUID
    number: int
    at: datetime
    said: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SignedPage:
    """One line of the register whole, with the text it is about."""

    signature: Signature
    text: TextShown
    facts: tuple[tuple[str, str], ...]
    proof: tuple[tuple[str, str], ...]
    consents: tuple[tuple[str, bool], ...]
    history: tuple[Answers, ...]
    follow_ups_count: int
    has_scan: bool
    is_drawn: bool


def signed_list(*, viewer: Viewer, by: Narrowed, today: date, page: int = 1) -> SignedList:
    """The lines of the school's register, newest first, fifty a page. Three queries. Raises NotAllowed."""
    viewer.must(Permission.READ_SIGNATURES)
    by, page = by.known, max(page, 1)
    rows = list(_narrowed(viewer, by)[(page - 1) * SHOWN : page * SHOWN + 1])
    bundles = Bundle.objects.filter(school_id=viewer.school_id).order_by("-asked_at").defer("pdf_sealed")
    return SignedList(
        lines=tuple(_line(each) for each in rows[:SHOWN]),
        by=by,
        classes=classes_of(viewer.school_id, today),
        bundles=tuple(
            BundleLine(each.pk, each.class_name, each.state, each.asked_at) for each in bundles[:BUNDLES_SHOWN]
        ),
        page=page,
        has_more=len(rows) > SHOWN,
    )


def classes_of(school_id: UUID, today: date) -> tuple[str, ...]:
    """The classes that have somebody in them. One query."""
    here = Q(school_id=school_id) & (Q(left_on__isnull=True) | Q(left_on__gte=today))
    found = Pupil.objects.filter(here).exclude(class_name="").values_list("class_name", flat=True)
    return tuple(found.distinct().order_by("class_name"))


def signed_page(*, viewer: Viewer, signature_id: UUID) -> SignedPage:
    """One line whole. Five queries. Raises NotAllowed, Signature.DoesNotExist."""
    viewer.must(Permission.READ_SIGNATURES)
    row = Signature.objects.select_related("version", "signer", "about", "about__pupil", "witness").get(
        school_id=viewer.school_id, pk=signature_id
    )
    documents = Document.objects.filter(
        school_id=viewer.school_id, kind="agreement", subject_id=row.pk, drawn_at__isnull=False
    )
    words = {each["code"]: each["text"] for each in row.version.content.get("consents", ())}
    follow_ups = FollowUp.objects.filter(school_id=viewer.school_id, signature_id=row.pk)
    return SignedPage(
        signature=row,
        text=text_of(row.version.content),
        facts=tuple(_facts(row)),
        proof=tuple(_proof(row)),
        consents=_said(row.consents, words),
        history=_history(viewer.school_id, row, words),
        follow_ups_count=follow_ups.count(),
        has_scan=Scan.objects.filter(school_id=viewer.school_id, signature_id=row.pk).exists(),
        is_drawn=documents.exists(),
    )


def _narrowed(viewer: Viewer, by: Narrowed) -> QuerySet[Signature, tuple[Any, ...]]:
    rows = Signature.objects.filter(school_id=viewer.school_id)
    if by.kind:
        rows = rows.filter(kind=by.kind)
    if by.audience:
        rows = rows.filter(version__audience=by.audience)
    if by.class_name:
        rows = rows.filter(about__pupil__class_name=by.class_name)
    for part in by.words.split()[:4]:
        rows = rows.filter(_named("signer", part) | _named("about", part))
    return rows.order_by("-number").values_list(
        "pk", "number", "kind", "version__content__title", "version__number", "signer__given_name",
        "signer__family_name", "about__given_name", "about__family_name", "about__pupil__class_name", "relation",
        "signed_at", "counts_until",
    )  # fmt: skip


def _named(who: str, part: str) -> Q:
    return Q(**{f"{who}__family_name__istartswith": part}) | Q(**{f"{who}__given_name__istartswith": part})


def _line(row: tuple[Any, ...]) -> SignedLine:
    pk, number, kind, title, version, given, family, about_given, about_family, class_name, *rest = row
    names = f"{given} {family}", f"{about_given} {about_family}"
    return SignedLine(pk, number, kind, title, version, *names, class_name or "", *rest)


def _history(school_id: UUID, row: Signature, words: Mapping[str, str]) -> tuple[Answers, ...]:
    lines = Signature.objects.filter(school_id=school_id, about_id=row.about_id, signer_id=row.signer_id)
    found = lines.exclude(consents={}).order_by("-number").values_list("pk", "number", "signed_at", "consents")
    return tuple(Answers(pk, number, at, _said(consents, words)) for pk, number, at, consents in found)


def _said(consents: Mapping[str, bool], words: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    return tuple((words.get(code, code), answer) for code, answer in consents.items())


def _facts(row: Signature) -> list[tuple[str, str]]:
    facts = [("By", row.signer.full_name), ("For", row.about.full_name), ("Relation", row.relation)]
    if row.kind != Kind.ACKNOWLEDGED:
        facts.append(("Name typed", row.typed_name))
    facts += [
        ("Ticked or said", row.intent),
        ("When, in the school", row.local_time),
        ("When, in UTC", f"{row.signed_at:%Y-%m-%d %H:%M:%S.%f}"),
        ("Counts until", f"{row.counts_until.day} {row.counts_until:%B %Y}"),
        ("How it was signed", IDENTIFIED_BY[row.identified_by]),
    ]
    if row.witness is not None:
        facts.append((WITNESS_WORDS.get(row.identified_by, "Witness"), row.witness.full_name))
    if row.language != "en":
        facts.append(("Read in", f"English and {LANGUAGES.get(row.language, row.language)}"))
    return [*facts, ("Address of the device", row.address or ""), ("Device", row.device)]


def _proof(row: Signature) -> list[tuple[str, str]]:
    proof = [("Number", str(row.number)), ("SHA-256 of the text", row.text_sha256)]
    if row.translation_sha256:
        proof.append(("SHA-256 of the translation", row.translation_sha256))
    return [*proof, ("Hash of the line before", row.previous_hash), ("Hash of this line", row.hash)]
