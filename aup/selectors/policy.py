"""The agreements of the school, in words: as they ship, as they are in force, and every version there was.

Duties A2, A3 (CC 3, CM 3.3), G3 (NS 3, CM 2.1).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from aup.models import AgreementVersion, Draft
from aup.rules.content import LANGUAGES, RIGHT_TO_LEFT, Change, changes, from_pack, is_same
from aup.selectors.standing import versions_in_force
from packs.schema import Agreement, Pack, UnknownAgreement
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer

SIGNERS = {
    "pupil": "pupils",
    "parent": "parents and carers",
    "staff": "staff",
    "governor": "governors",
    "visitor": "visitors and volunteers",
}
HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """One clause with the id by which sanctions and reports point to it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses under one heading, or under none."""

    heading: str
    clauses: tuple[ClauseShown, ...]


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """One consent that is asked beside the agreement."""

    code: str
    text: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class TextShown:
    """A text as a signer reads it. ``language`` and ``direction`` are what its element says of it."""

    title: str
    preamble: str
    groups: tuple[ClauseGroup, ...]
    consents: tuple[ConsentShown, ...]
    language: str = "en"
    direction: str = "ltr"
    language_name: str = "English"


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One agreement: what it is called, for whom it is and who signs it."""

    code: str
    title: str
    audience: str
    stages: str
    signed_by: str
    acknowledged_by: str
    clause_count: int
    reading_age: int | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version, or what became of it."""

    id: UUID
    number: int
    published_at: datetime
    published_by: str
    sha256: str
    is_in_force: bool
    withdrawn_at: datetime | None
    languages: str

    @property
    def short_hash(self) -> str:
        """The beginning of its hash, enough to tell it from any other."""
        return self.sha256[:HASH_SHOWN]


@dataclass(frozen=True, slots=True)
class ListedAgreement:
    """One agreement of the list, with the version in force if there is one."""

    line: AgreementLine
    in_force: VersionLine | None
    has_draft: bool
    is_in_policy: bool


@dataclass(frozen=True, slots=True)
class AgreementsPage:
    """The agreements of the adopted policy, and those that are in force without being in it any more."""

    pack: Pack
    listed: tuple[ListedAgreement, ...]
    may_edit: bool
    may_print: bool


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """One agreement: what is in force, or what ships where nothing is. ``says_as_shipped``: word for word."""

    pack: Pack
    line: AgreementLine
    text: TextShown
    based_on: str
    in_force: VersionLine | None
    versions: tuple[VersionLine, ...]
    is_in_policy: bool
    says_as_shipped: bool
    has_draft: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One published version whole, with what it changed."""

    line: AgreementLine
    version: VersionLine
    text: TextShown
    translations: tuple[tuple[TextShown, str], ...]
    before: int | None
    changes: tuple[Change, ...]


def text_of(content: Mapping[str, Any], language: str = "en") -> TextShown:
    """Content as it is shown. No query."""
    clauses = [(each.get("heading", ""), ClauseShown(each["id"], each["text"])) for each in content["clauses"]]
    groups = groupby(clauses, key=lambda each: each[0])
    return TextShown(
        title=content["title"],
        preamble=content.get("preamble", ""),
        groups=tuple(ClauseGroup(heading, tuple(each for _, each in found)) for heading, found in groups),
        consents=tuple(
            ConsentShown(each["code"], each["text"], bool(each.get("needed"))) for each in content.get("consents", ())
        ),
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        language_name=LANGUAGES.get(language, "English"),
    )


def agreements_page(*, viewer: Viewer) -> AgreementsPage:
    """All agreements of the school's policy and what is in force of them. Three queries. Raises NotAllowed."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    in_force = {each.code: each for each in versions_in_force(viewer.school_id, timezone.localdate())}
    drafts = set(Draft.objects.filter(school_id=viewer.school_id).values_list("code", flat=True))
    codes = {each.code for each in pack.agreements}
    return AgreementsPage(
        pack=pack,
        listed=(
            *(_listed(line_of(each), in_force.get(each.code), drafts) for each in pack.agreements),
            *(
                _listed(_line_of_version(each), each, drafts, is_in_policy=False)
                for code, each in in_force.items()
                if code not in codes
            ),
        ),
        may_edit=viewer.may(Permission.EDIT_AGREEMENTS),
        may_print=viewer.may(Permission.PRINT_POSTERS),
    )


def agreement_page(*, viewer: Viewer, code: str) -> AgreementPage:
    """One agreement of the school. Three queries. Raises NotAllowed, UnknownAgreement."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    rows = list(_versions(viewer, code))
    agreement = agreement_in(pack, code)
    if agreement is None and not rows:
        raise UnknownAgreement(code)
    newest = rows[0] if rows else None
    in_force = newest if newest is not None and not hasattr(newest, "withdrawal") else None
    shipped = from_pack(agreement) if agreement else None
    shown = in_force.content if in_force else shipped or rows[0].content
    based_on = agreement.based_on if agreement else None
    return AgreementPage(
        pack=pack,
        line=line_of(agreement) if agreement else _line_of_version(rows[0]),
        text=text_of(shown),
        based_on=pack.agreement(based_on).title if based_on else "",
        in_force=version_line(in_force, in_force) if in_force else None,
        versions=tuple(version_line(each, in_force) for each in rows),
        is_in_policy=agreement is not None,
        says_as_shipped=bool(in_force and shipped and is_same(in_force.content, shipped)),
        has_draft=Draft.objects.filter(school_id=viewer.school_id, code=code).exists(),
        may_edit=viewer.may(Permission.EDIT_AGREEMENTS),
    )


def version_page(*, viewer: Viewer, code: str, number: int) -> VersionPage:
    """One version whole, and what it changed against the one before. One query.

    Raises NotAllowed, AgreementVersion.DoesNotExist.
    """
    viewer.must(Permission.READ_POLICY)
    rows = {each.number: each for each in _versions(viewer, code)}
    if number not in rows:
        raise AgreementVersion.DoesNotExist
    version, newest, before = rows[number], rows[max(rows)], rows.get(number - 1)
    in_force = newest if not hasattr(newest, "withdrawal") else None
    return VersionPage(
        line=_line_of_version(version),
        version=version_line(version, in_force),
        text=text_of(version.content),
        translations=tuple(
            (text_of(said["content"], language), said["sha256"]) for language, said in version.translations.items()
        ),
        before=before.number if before else None,
        changes=changes(before.content, version.content) if before else (),
    )


def agreement_in(pack: Pack, code: str) -> Agreement | None:
    """The agreement of a policy with this code, if it has one. No query."""
    return next((each for each in pack.agreements if each.code == code), None)


def line_of(agreement: Agreement) -> AgreementLine:
    """An agreement of the policy in words. No query."""
    return AgreementLine(
        code=agreement.code,
        title=agreement.title,
        audience=SIGNERS[agreement.audience],
        stages=", ".join(agreement.stages),
        signed_by=_people(agreement.signed_by),
        acknowledged_by=_people(agreement.acknowledged_by),
        clause_count=len(agreement.clauses),
        reading_age=agreement.reading_age,
    )


def version_line(version: AgreementVersion, in_force: AgreementVersion | None, *, by: str | None = None) -> VersionLine:
    """A version in words. No query where ``by`` says who published it, or where that and its end are fetched."""
    withdrawal = getattr(version, "withdrawal", None) if by is None else None
    if by is None:
        by = version.published_by.full_name if version.published_by else ""
    return VersionLine(
        id=version.pk,
        number=version.number,
        published_at=version.published_at,
        published_by=by,
        sha256=version.sha256,
        is_in_force=in_force is not None and in_force.pk == version.pk,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None,
        languages=", ".join(LANGUAGES.get(each, each) for each in sorted(version.translations)),
    )


def _versions(viewer: Viewer, code: str) -> QuerySet[AgreementVersion]:
    rows = AgreementVersion.objects.filter(school_id=viewer.school_id, code=code)
    return rows.select_related("withdrawal", "published_by").order_by("-number")


def _listed(
    line: AgreementLine, version: AgreementVersion | None, drafts: set[str], *, is_in_policy: bool = True
) -> ListedAgreement:
    shown = version_line(version, version, by="") if version else None
    return ListedAgreement(line, shown, line.code in drafts, is_in_policy)


def _line_of_version(version: AgreementVersion) -> AgreementLine:
    return AgreementLine(
        code=version.code,
        title=version.title,
        audience=SIGNERS[version.audience],
        stages=", ".join(version.stages),
        signed_by=_people(version.signed_by),
        acknowledged_by=_people(version.acknowledged_by),
        clause_count=len(version.content["clauses"]),
        reading_age=version.reading_age,
    )


def _people(signers: Iterable[str]) -> str:
    return " and ".join(SIGNERS[each] for each in signers)
