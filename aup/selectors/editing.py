"""What the editor of an agreement shows: the draft, and its preview. Duties G3 (NS 3, CM 2.1), A2."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from aup.models import AgreementSettings, AgreementVersion, Draft
from aup.reading_age import Hard, hardest, reading_age
from aup.rules.campaigns import REMINDER_DAYS
from aup.rules.content import (
    LANGUAGES,
    Change,
    Fault,
    changes,
    faults,
    from_pack,
    is_same,
    readable_text,
    translation_faults,
)
from aup.rules.due import Kind, Paper, WhoSigns, due_of, lines_for
from aup.selectors.policy import AgreementLine, TextShown, line_of, text_of
from aup.selectors.standing import held_on, members_on, who_signs_at
from packs.schema import Agreement
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer

Content = Mapping[str, Any]
_EMPTY = "Write something here, or take it out."


class UnknownLanguage(LookupError):
    """No agreement is translated into this."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What editing begins with: the draft, else the school's newest version, else the text that ships."""

    content: dict[str, Any]
    translations: dict[str, dict[str, Any]]
    used_ids: frozenset[str]
    newest: AgreementVersion | None


@dataclass(frozen=True, slots=True)
class ClauseField:
    """One clause in the editor; ``number`` is for people, ``place`` for the fields' names."""

    place: int
    id: str
    heading: str
    text: str
    error: str

    @property
    def number(self) -> int:
        """Its number as people count."""
        return self.place + 1


@dataclass(frozen=True, slots=True)
class ConsentField:
    """A consent in the editor: its words may change, its code and whether it is needed do not."""

    code: str
    text: str
    is_needed: bool
    error: str


@dataclass(frozen=True, slots=True)
class FaultShown:
    """What keeps a text from being published: the field of the editor it is about, or the translation."""

    text: str
    anchor: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class TranslationLine:
    """One translation of the draft, and how far it is."""

    language: str
    name: str
    missing: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading age of a text beside the one it is meant for."""

    age: int | None
    meant_for: int | None
    hardest: tuple[Hard, ...]

    @property
    def is_above(self) -> bool:
        """Whether it is harder than it is meant to be."""
        return self.age is not None and self.meant_for is not None and self.age > self.meant_for


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The editor of one agreement. ``revision`` is 0 where there is no draft yet."""

    line: AgreementLine
    title: str
    title_error: str
    preamble: str
    preamble_error: str
    clauses: tuple[ClauseField, ...]
    consents: tuple[ConsentField, ...]
    revision: int
    saved_at: datetime | None
    faults: tuple[FaultShown, ...]
    translations: tuple[TranslationLine, ...]
    languages: tuple[tuple[str, str], ...]
    reading: Reading
    differences: tuple[Change, ...]

    @property
    def consent_codes(self) -> tuple[str, ...]:
        """The codes of the consents, in their order."""
        return tuple(each.code for each in self.consents)

    @property
    def last_place(self) -> int:
        """The place of the last clause."""
        return len(self.clauses) - 1


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A draft as a signer sees it, what is new in it, and who is asked because of it."""

    line: AgreementLine
    text: TextShown
    translations: tuple[TextShown, ...]
    revision: int
    newest_number: int | None
    changes: tuple[Change, ...]
    faults: tuple[FaultShown, ...]
    says_nothing_new: bool
    asked_count: int
    again_count: int


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """How the school has its agreements signed."""

    who_signs: WhoSigns
    reminder_days: tuple[int, ...]


def beginning_of(school_id: UUID, agreement: Agreement, draft: Draft | None) -> Beginning:
    """What editing an agreement begins with. One query."""
    rows = AgreementVersion.objects.filter(school_id=school_id, code=agreement.code).select_related("withdrawal")
    versions = list(rows.order_by("-number"))
    shipped = from_pack(agreement)
    content, translations = shipped, {}
    if draft is not None:
        content, translations = draft.content, draft.translations
    elif versions:
        content = versions[0].content
        translations = {language: said["content"] for language, said in versions[0].translations.items()}
    texts = [shipped, content, *(each.content for each in versions)]
    used = frozenset(each["id"] for text in texts for each in text["clauses"])
    return Beginning(content, translations, used, versions[0] if versions else None)


def fitted(translation: Content, content: Content) -> dict[str, Any]:
    """A translation with the parts of the English text, in its order; empty where it has none of its own. Pure."""
    clauses = {each["id"]: each for each in translation.get("clauses", ())}
    consents = {each["code"]: each["text"] for each in translation.get("consents", ())}
    return {
        "title": translation.get("title", ""),
        "preamble": translation.get("preamble", "") if content["preamble"] else "",
        "clauses": [_translated(each, clauses.get(each["id"], {})) for each in content["clauses"]],
        "consents": [{**each, "text": consents.get(each["code"], "")} for each in content["consents"]],
    }


def editor_page(*, viewer: Viewer, code: str, typed: Content | None = None) -> EditorPage:
    """The editor of an agreement, with what was typed in place of what is kept where that was refused. Three queries.

    Raises NotAllowed, packs.schema.UnknownAgreement.
    """
    viewer.must(Permission.EDIT_AGREEMENTS)
    agreement, draft, begun = opened(viewer, code)
    shown = begun.content if typed is None else _completed(typed, begun.content)
    errors = {each.where: each.message for each in faults(shown) if each.message != _EMPTY}
    return EditorPage(
        line=line_of(agreement),
        title=shown["title"],
        title_error=errors.get("title", ""),
        preamble=shown["preamble"],
        preamble_error=errors.get("preamble", ""),
        clauses=tuple(
            ClauseField(place, each["id"], each["heading"], each["text"], errors.get(each["id"], ""))
            for place, each in enumerate(shown["clauses"])
        ),
        consents=tuple(
            ConsentField(each["code"], each["text"], each["needed"], errors.get(f"consent {each['code']}", ""))
            for each in shown["consents"]
        ),
        revision=draft.revision if draft else 0,
        saved_at=draft.edited_at if draft else None,
        faults=_faults_shown(shown, begun.translations),
        translations=tuple(
            TranslationLine(language, LANGUAGES[language], len(translation_faults(shown, text)))
            for language, text in sorted(begun.translations.items())
        ),
        languages=tuple(each for each in LANGUAGES.items() if each[0] not in begun.translations),
        reading=_reading(shown, agreement.reading_age),
        differences=changes(begun.content, shown) if typed is not None else (),
    )


def preview_page(*, viewer: Viewer, code: str) -> PreviewPage:
    """The draft of an agreement as a signer sees it. Nine queries. Raises NotAllowed, Draft.DoesNotExist."""
    viewer.must(Permission.EDIT_AGREEMENTS)
    agreement, draft, begun = opened(viewer, code)
    if draft is None:
        raise Draft.DoesNotExist
    newest = begun.newest
    in_force = newest if newest is not None and not hasattr(newest, "withdrawal") else None
    asked, again = _asked(viewer.school_id, agreement, in_force)
    said = {language: each["content"] for language, each in in_force.translations.items()} if in_force else {}
    return PreviewPage(
        line=line_of(agreement),
        text=text_of(draft.content),
        translations=tuple(text_of(text, language) for language, text in sorted(draft.translations.items())),
        revision=draft.revision,
        newest_number=newest.number if newest else None,
        changes=changes(newest.content, draft.content) if newest else (),
        faults=_faults_shown(draft.content, draft.translations),
        says_nothing_new=bool(in_force and is_same(in_force.content, draft.content) and said == draft.translations),
        asked_count=asked,
        again_count=again,
    )


def settings_page(*, viewer: Viewer) -> SettingsPage:
    """How the school has its agreements signed, by itself or by default. One query. Raises NotAllowed."""
    viewer.must(Permission.EDIT_AGREEMENTS)
    row = AgreementSettings.objects.filter(school_id=viewer.school_id).first()
    if row is None:
        return SettingsPage(WhoSigns.ONE, REMINDER_DAYS)
    return SettingsPage(WhoSigns(row.who_signs), tuple(row.reminder_days))


def opened(viewer: Viewer, code: str) -> tuple[Agreement, Draft | None, Beginning]:
    """An agreement of the policy, its draft and what editing begins with; the caller has asked who may. Three queries.

    Raises packs.schema.UnknownAgreement.
    """
    agreement = pack_of(viewer=viewer).agreement(code)
    draft = Draft.objects.filter(school_id=viewer.school_id, code=code).first()
    return agreement, draft, beginning_of(viewer.school_id, agreement, draft)


def _completed(typed: Content, content: Content) -> dict[str, Any]:
    said = {each["code"]: each["text"] for each in typed["consents"]}
    return {
        **typed,
        "clauses": [{**each, "id": each["id"] or f"new {place}"} for place, each in enumerate(typed["clauses"])],
        "consents": [{**each, "text": said.get(each["code"], each["text"])} for each in content["consents"]],
    }


def _reading(content: Content, meant_for: int | None) -> Reading:
    if meant_for is None:
        return Reading(reading_age(readable_text(content)), None, ())
    parts = [("preamble", content["preamble"]), *((each["id"], each["text"]) for each in content["clauses"])]
    return Reading(reading_age(readable_text(content)), meant_for, hardest(parts, above=meant_for))


def _faults_shown(content: Content, translations: Mapping[str, Content]) -> tuple[FaultShown, ...]:
    places = {each["id"]: place for place, each in enumerate(content["clauses"])}
    found = [_fault_shown(each, places) for each in faults(content)]
    for language, text in sorted(translations.items()):
        missing = {each.where for each in translation_faults(content, text)}
        wrong = missing | {each.where for each in faults(text)}
        if wrong:
            said = f"{LANGUAGES[language]}: {len(wrong)} part{'s' if len(wrong) > 1 else ''} to be seen to."
            found.append(FaultShown(said, language=language))
    return tuple(found)


def _fault_shown(fault: Fault, places: Mapping[str, int]) -> FaultShown:
    if fault.where in places:
        place = places[fault.where]
        return FaultShown(f"Clause {place + 1}: {fault.message}", f"#clause-{place}-text")
    if fault.where.startswith("consent "):
        return FaultShown(f"Consent: {fault.message}", f"#{fault.where.replace(' ', '-')}")
    return FaultShown(f"{fault.where.capitalize()}: {fault.message}", f"#{fault.where}")


def _translated(clause: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    heading = said.get("heading", "") if clause["heading"] else ""
    return {"id": clause["id"], "heading": heading, "text": said.get("text", "")}


def _asked(school_id: UUID, agreement: Agreement, in_force: AgreementVersion | None) -> tuple[int, int]:
    """How many people will be asked to sign the draft, and how many of them have signed what is in force."""
    today = timezone.localdate()
    paper = Paper(
        version_id=uuid.UUID(int=0),
        code=agreement.code,
        audience=agreement.audience,
        stages=frozenset(agreement.stages),
        signed_by=frozenset(agreement.signed_by),
        acknowledged_by=frozenset(agreement.acknowledged_by),
    )
    members = members_on(school_id, today)
    lines = lines_for(members, [paper], [], who_signs=who_signs_at(school_id))
    asked = {each.signer_id for each in due_of(lines)}
    held = held_on(school_id, today, version_ids=[in_force.pk]) if in_force else []
    signed = {each.signer_id for each in held if each.kind in {Kind.SIGNED, Kind.ACKNOWLEDGED}}
    return len(asked), len(asked & signed)
