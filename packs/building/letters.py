"""letters.yaml: the letters to parents, each for the cases it suits."""

import re

from packs.building.duties import References
from packs.reading import Node, PackError, Table, codes
from packs.schema import GRADES, Framework, Grade
from packs.schema.letters import (
    GRADED_KINDS,
    LETTER_KINDS,
    LISTS,
    PARAGRAPH_WHENS,
    PLACEHOLDERS,
    LetterKind,
    LetterTemplate,
    Paragraph,
)

_CODE_LIMIT = 40
_SUBJECT_LIMIT = 150
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def build_letters(node: Node, *, framework: Framework, references: References) -> tuple[LetterTemplate, ...]:
    """Reads letters.yaml; every category whose parents must be told has its letter. Raises PackError."""
    with node.table() as table:
        letters = table.need("letters")
        found: dict[str, LetterTemplate] = {}
        for item in letters.items(least=1):
            with item.table() as row:
                code = row.need("code")
                if code.code() in found:
                    raise code.fault(f"the letter “{code.value}” is there twice.")
                if len(code.code()) > _CODE_LIMIT:
                    raise code.fault(f"is longer than {_CODE_LIMIT} characters.")
                found[code.code()] = _letter(code.code(), row, framework, references)
    _refuse_missing(letters, tuple(found.values()), framework)
    return tuple(found.values())


def _letter(code: str, row: Table, framework: Framework, references: References) -> LetterTemplate:
    kind = row.need("kind").one_of(LETTER_KINDS)
    subject = row.need("subject")
    _refuse_placeholders(subject, subject.text(), PLACEHOLDERS[kind] - LISTS)
    if len(subject.text()) > _SUBJECT_LIMIT:
        raise subject.fault(f"is longer than {_SUBJECT_LIMIT} characters.")
    return LetterTemplate(
        code=code,
        title=row.need("title").text(),
        kind=kind,
        categories=_categories(row, kind),
        sanctions=_sanctions(row, kind, framework),
        obligation=_obligation(row, framework),
        subject=subject.text(),
        paragraphs=tuple(_paragraph(each, kind) for each in row.need("paragraphs").items(least=1)),
        duties=references.duty_ids(row),
        source=references.clauses(row.need("source").items(least=1)),
    )


def _categories(row: Table, kind: LetterKind) -> tuple[Grade, ...]:
    if kind not in GRADED_KINDS:
        return ()
    nodes = row.need("categories").items(least=1)
    codes_seen = tuple(node.one_of(GRADES) for node in nodes)
    if len(set(codes_seen)) != len(codes_seen):
        raise row.node("categories", None).fault("names a category twice.")
    return codes_seen


def _sanctions(row: Table, kind: LetterKind, framework: Framework) -> tuple[str, ...]:
    if kind != "running":
        return ()
    nodes = row.need("sanctions").items(least=1)
    ending = {each.code for each in framework.sanction_types if each.ends}
    for each in nodes:
        if each.code() not in ending:
            raise each.fault(f"the sanction “{each.value}” is not defined, or has no end that a letter could give.")
    return codes(nodes)


def _obligation(row: Table, framework: Framework) -> str | None:
    node = row.maybe("obligation")
    if node is None:
        return None
    known = {each.code for category in framework.pupil for each in category.obligations}
    if node.code() not in known:
        raise node.fault(f"no category of the pupils has the obligation “{node.value}”.")
    return node.code()


def _paragraph(node: Node, kind: LetterKind) -> Paragraph:
    with node.table() as row:
        text, when = row.need("text"), row.maybe("when")
        _refuse_placeholders(text, text.text(), PLACEHOLDERS[kind])
        return Paragraph(text.text(), None if when is None else when.one_of(PARAGRAPH_WHENS))


def _refuse_placeholders(node: Node, text: str, allowed: frozenset[str]) -> None:
    for name in _PLACEHOLDER.findall(text):
        if name not in allowed:
            known = ", ".join(sorted(allowed))
            raise node.fault(f"“{{{name}}}” cannot be filled in here. What can: {known}.")
        if name in LISTS and text != f"{{{name}}}":
            raise node.fault(f"“{{{name}}}” becomes a list, so it stands alone as a paragraph.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise node.fault("a brace stands alone. Placeholders are small letters in braces, as in {child}.")


def _refuse_missing(node: Node, found: tuple[LetterTemplate, ...], framework: Framework) -> None:
    """Each kind is there, and each category that has parents told: by what happened, or by asking them to come in."""
    for kind in LETTER_KINDS:
        if not any(each.kind == kind for each in found):
            raise PackError(node.file, node.key, f"there is no letter of the kind “{kind}”.")
    for category in framework.pupil:
        if not category.enabled:
            continue
        if not any(each.kind == "told" and category.grade in each.categories for each in found):
            raise PackError(node.file, node.key, f"category {category.grade} has no letter of the kind “told”.")
        meets = {each.obligation for each in found if category.grade in each.categories}
        for obligation in category.obligations:
            if "R11" in obligation.duties and obligation.code not in meets:
                place = f"category {category.grade} has parents told by “{obligation.code}”"
                raise PackError(node.file, node.key, f"{place}, and no letter of the category meets it.")
