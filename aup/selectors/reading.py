"""One agreement as somebody reads it: every clause, what has changed, what is asked, in one language or two.

Duties A1, A2, A3 (CM 3.3, CC 3.2).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from aup.models import AgreementVersion, Signature
from aup.rules.content import LANGUAGES, RIGHT_TO_LEFT, Change, changes
from aup.rules.due import Kind
from aup.rules.languages import OWN_NAMES
from schools.models import Person, School


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of an agreement, and beside it its translation where one is read."""

    text: str
    translated: str = ""
    code: str = ""
    is_needed: bool = False

    def __bool__(self) -> bool:
        """Whether anything is said, so that a page asks of it what it asks of a plain text."""
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses under one heading, or under none."""

    heading: Said
    clauses: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """A language that an agreement can be read in."""

    code: str
    name: str
    own_name: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One agreement whole, as somebody reads it before they sign."""

    version_id: UUID
    about_id: UUID
    about_name: str
    is_own: bool
    school_name: str
    title: Said
    preamble: Said
    groups: tuple[Group, ...]
    consents: tuple[Said, ...]
    language: str
    languages: tuple[Language, ...]
    signed_before_at: datetime | None = None
    # Until when this very version counts as signed by whoever reads it; None where they have not signed it.
    signed_until: date | None = None
    changes: tuple[Change, ...] = ()

    @property
    def is_translated(self) -> bool:
        """Whether a translation is read beside the English text."""
        return self.language != "en"

    @property
    def direction(self) -> str:
        """In which direction the translation runs."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def version_of(school_id: UUID, version_id: UUID) -> AgreementVersion:
    """A published version, with its end if it has one. One query. Raises AgreementVersion.DoesNotExist."""
    return AgreementVersion.objects.select_related("withdrawal").get(school_id=school_id, pk=version_id)


def document_of(
    version: AgreementVersion, person_id: UUID, about_id: UUID, *, language: str, with_changes: bool = True
) -> Document:
    """One agreement as somebody reads it about themselves or a child. Three queries.

    With what has changed since the version they signed last, where that was an earlier one. Whether they may read it is
    asked by the caller. Raises Person.DoesNotExist.
    """
    school_id = version.school_id
    language = language if language in version.translations else "en"
    content = version.content
    other = version.translations[language]["content"] if language != "en" else {}
    names = names_of(school_id, [about_id])
    if about_id not in names:
        raise Person.DoesNotExist
    before = _signed_before(version, person_id, about_id) if with_changes else None
    is_earlier = before is not None and before.version.number < version.number
    clauses = {each["id"]: each for each in other.get("clauses", ())}
    asked = {each["code"]: each for each in other.get("consents", ())}
    return Document(
        version_id=version.pk,
        about_id=about_id,
        about_name=names[about_id],
        is_own=about_id == person_id,
        school_name=school_name_of(school_id),
        title=Said(version.title, other.get("title", "")),
        preamble=Said(content.get("preamble", ""), other.get("preamble", "")),
        groups=tuple(_groups(content["clauses"], clauses)),
        consents=tuple(
            Said(each["text"], asked.get(each["code"], {}).get("text", ""), each["code"], bool(each["needed"]))
            for each in content.get("consents", ())
        ),
        language=language,
        languages=tuple(_languages(version, language)),
        signed_before_at=before.signed_at if before else None,
        signed_until=before.counts_until if before and before.version_id == version.pk else None,
        changes=changes(before.version.content, content) if before and is_earlier else (),
    )


def answers_now(school_id: UUID, person_id: UUID, version_id: UUID, about_id: UUID) -> dict[str, bool]:
    """What somebody has answered last about a child, by consent. One query."""
    found = (
        Signature.objects.filter(school_id=school_id, signer_id=person_id, about_id=about_id, version_id=version_id)
        .exclude(consents={})
        .order_by("-number")
        .values_list("consents", flat=True)
        .first()
    )
    return dict(found or {})


def names_of(school_id: UUID, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these people are called. One query."""
    rows = Person.objects.filter(school_id=school_id, pk__in=list(person_ids))
    return {each.pk: each.full_name for each in rows.only("given_name", "family_name")}


def school_name_of(school_id: UUID) -> str:
    """What a school is called. One query."""
    name: str = School.objects.values_list("name", flat=True).get(pk=school_id)
    return name


def _signed_before(version: AgreementVersion, person_id: UUID, about_id: UUID) -> Signature | None:
    rows = Signature.objects.filter(
        school_id=version.school_id,
        signer_id=person_id,
        about_id=about_id,
        kind=Kind.SIGNED.value,
        version__code=version.code,
    )
    return rows.select_related("version").defer("reason_sealed").order_by("-number").first()


def _groups(clauses: Iterable[Mapping[str, Any]], translated: Mapping[str, Mapping[str, Any]]) -> Iterator[Group]:
    for heading, found in groupby(clauses, lambda each: each.get("heading", "")):
        those = list(found)
        yield Group(
            Said(heading, translated.get(those[0]["id"], {}).get("heading", "")),
            tuple(Said(each["text"], translated.get(each["id"], {}).get("text", ""), each["id"]) for each in those),
        )


def _languages(version: AgreementVersion, language: str) -> Iterator[Language]:
    if not version.translations:
        return
    yield Language("en", "English", OWN_NAMES["en"], language == "en")
    for code in sorted(version.translations, key=lambda each: LANGUAGES.get(each, each)):
        name = LANGUAGES.get(code, code)
        yield Language(code, name, OWN_NAMES.get(code, name), code == language)
