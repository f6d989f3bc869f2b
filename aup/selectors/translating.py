"""A translation beside the English text of an agreement, part by part. Duty A2 (CC 3.2, CM 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from aup.rules.content import LANGUAGES, RIGHT_TO_LEFT, changes, translation_faults
from aup.selectors.editing import Beginning, Content, UnknownLanguage, fitted, opened
from aup.selectors.policy import AgreementLine, line_of
from schools.roles import Permission
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class PartField:
    """One part of the English text with the field for its translation. ``is_long``: it has lines of its own."""

    name: str
    label: str
    english: str
    text: str
    is_long: bool
    note: str


@dataclass(frozen=True, slots=True)
class TranslationPage:
    """One translation beside the English text."""

    line: AgreementLine
    language: str
    name: str
    direction: str
    parts: tuple[PartField, ...]
    revision: int
    missing: int
    is_there: bool
    content: Content


def translation_page(*, viewer: Viewer, code: str, language: str, typed: Content | None = None) -> TranslationPage:
    """One translation of an agreement's draft, or of what the draft will begin with. Three queries.

    Raises NotAllowed, packs.schema.UnknownAgreement, UnknownLanguage.
    """
    viewer.must(Permission.EDIT_AGREEMENTS)
    if language not in LANGUAGES:
        raise UnknownLanguage
    agreement, draft, begun = opened(viewer, code)
    kept = begun.translations.get(language)
    shown = fitted(typed if typed is not None else kept or {}, begun.content)
    return TranslationPage(
        line=line_of(agreement),
        language=language,
        name=LANGUAGES[language],
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        parts=tuple(_parts_beside(begun.content, shown, _behind(begun, language, shown))),
        revision=draft.revision if draft else 0,
        missing=len(translation_faults(begun.content, shown)),
        is_there=kept is not None,
        content=begun.content,
    )


def _parts_beside(content: Content, shown: Content, behind: frozenset[str]) -> Iterable[PartField]:
    def note(where: str) -> str:
        return "The English text has changed since this was translated." if where in behind else ""

    yield PartField("title", "Title", content["title"], shown["title"], is_long=False, note=note("title"))
    if content["preamble"]:
        yield PartField(
            "preamble",
            "Before the clauses",
            content["preamble"],
            shown["preamble"],
            is_long=True,
            note=note("preamble"),
        )
    for place, (english, said) in enumerate(zip(content["clauses"], shown["clauses"], strict=True)):
        label = f"Clause {place + 1}"
        if english["heading"]:
            yield PartField(
                f"clause-{place}-heading", f"{label}, heading", english["heading"], said["heading"],
                is_long=False, note="",
            )  # fmt: skip
        yield PartField(
            f"clause-{place}-text", label, english["text"], said["text"], is_long=True, note=note(english["id"])
        )
    for english, said in zip(content["consents"], shown["consents"], strict=True):
        where = f"consent {english['code']}"
        yield PartField(
            where.replace(" ", "-"), "Consent", english["text"], said["text"], is_long=True, note=note(where)
        )


def _behind(begun: Beginning, language: str, shown: Content) -> frozenset[str]:
    """The parts whose English text is another than the published one, and whose translation is still the same."""
    newest = begun.newest
    if newest is None or language not in newest.translations:
        return frozenset()
    moved = {each.id for each in changes(newest.content, begun.content) if each.before and each.after}
    return frozenset(moved - {each.id for each in changes(newest.translations[language]["content"], shown)})
