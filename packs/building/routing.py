"""routing.yaml: who handles a case, who reads it, who is told and from whom it is kept."""

from typing import TypeVar

from packs.building.duties import References
from packs.reading import Node, PackError, Table, codes
from packs.schema import Form
from packs.schema.routing import (
    DECISIONS,
    FACT_POSTS,
    HANDLER_POSTS,
    OFFICER,
    ROUTED_POSTS,
    SUBJECT_IS_ALSO,
    SUBJECTS,
    RoutingAddition,
    RoutingLine,
    RoutingTable,
    Subject,
)

_CONSIDERED_AS = "deliberate_considered_as"
# A case keeps the codes that say why it went where it went.
_CODE_MAX_LENGTH = 40

Word = TypeVar("Word", bound=str)


def build_routing(node: Node, *, form: Form, references: References) -> RoutingTable:
    """Reads routing.yaml; what its conditions name must be on this pack's form. Raises PackError."""
    with node.table() as table:
        lines_node, additions_node = table.need("lines"), table.need("additions")
        taken: set[str] = set()
        lines: list[RoutingLine] = []
        for item in lines_node.items(least=1):
            with item.table() as row:
                lines.append(_line(row, taken, lines, references))
        additions = []
        for item in additions_node.items(least=1):
            with item.table() as row:
                additions.append(_addition(row, taken, lines, form, references))
    _refuse_gaps(lines_node, lines)
    _refuse_untold(additions_node, additions, form)
    return RoutingTable(lines=tuple(lines), additions=tuple(additions))


def _line(row: Table, taken: set[str], before: list[RoutingLine], references: References) -> RoutingLine:
    code = _new_code(row, taken)
    subjects: tuple[Subject, ...] = ()
    in_confidence = False
    condition = row.maybe("when")
    if condition is not None:
        with condition.table() as when:
            subject_nodes = when.items("subject")
            subjects = _words(subject_nodes, SUBJECTS)
            in_confidence = when.flag("in_confidence")
        if not subjects and not in_confidence:
            raise condition.fault("says nothing; only the last line fits every case, and it has no “when”.")
        for each, subject in zip(subject_nodes, subjects, strict=True):
            _refuse_taken(each, subject, in_confidence, before)
    for earlier in before:
        if not earlier.subjects and (in_confidence or not earlier.in_confidence):
            at = row.node("when", None) if condition is None else condition
            raise at.fault(f"the line is never reached: “{earlier.code}” above takes every such case.")
    kept_nodes = row.items("kept_from")
    kept_from = _words(kept_nodes, ROUTED_POSTS)
    for subject in subjects:
        if subject in ROUTED_POSTS and subject not in kept_from:
            raise row.node("kept_from", None).fault(f"a case about the {subject} must be kept from that post.")
    handler_nodes = row.need("handled_by").items(least=1)
    handled_by = _words(handler_nodes, HANDLER_POSTS)
    for each, post in zip(handler_nodes, handled_by, strict=True):
        if (post == OFFICER) != (each is handler_nodes[-1]):
            raise each.fault(f"the last of the line, and only the last, is “{OFFICER}”: nobody is left.")
    read_nodes = row.items("read_by")
    read_by = _words(read_nodes, ROUTED_POSTS)
    decider_nodes = row.need("decided_by").items(least=1)
    decided_by = _words(decider_nodes, ROUTED_POSTS)
    for each in (*handler_nodes, *read_nodes, *decider_nodes):
        if each.value in kept_from:
            raise each.fault(f"the line is kept from “{each.value}”.")
    return RoutingLine(
        code=code,
        text=row.need("text").text(),
        subjects=subjects,
        in_confidence=in_confidence,
        handled_by=handled_by,
        read_by=read_by,
        decided_by=decided_by,
        kept_from=kept_from,
        duties=references.duty_ids(row),
        source=references.clauses(row.need("source").items(least=1)),
    )


def _addition(
    row: Table, taken: set[str], lines: list[RoutingLine], form: Form, references: References
) -> RoutingAddition:
    code = _new_code(row, taken)
    condition = row.need("when")
    with condition.table() as when:
        line_nodes = when.items("line")
        for each in line_nodes:
            if each.code() not in {line.code for line in lines}:
                raise each.fault(f"there is no line “{each.value}”.")
        types = _on_the_form(when, "type", form.field("types").codes)
        flags = _on_the_form(when, "tick", tuple(each.key for each in form.flags))
        considered_as = _on_the_form(when, "considered_as", form.field(_CONSIDERED_AS).codes)
        subjects = _words(when.items("subject"), SUBJECTS)
    if not (line_nodes or types or flags or considered_as or subjects):
        raise condition.fault("must say when it holds.")
    first_of = _words(row.items("first_of"), ROUTED_POSTS)
    facts_to = _words(row.items("facts_to"), FACT_POSTS)
    decisions = _words(row.items("decisions"), DECISIONS)
    if not (first_of or facts_to or decisions):
        raise row.node("first_of", None).fault("is missing: it adds nobody who is told, no fact and no decision.")
    return RoutingAddition(
        code=code,
        text=row.need("text").text(),
        lines=codes(line_nodes),
        types=types,
        flags=flags,
        considered_as=considered_as,
        subjects=subjects,
        first_of=first_of,
        facts_to=facts_to,
        decisions=decisions,
        duties=references.duty_ids(row),
        source=references.clauses(row.need("source").items(least=1)),
    )


def _new_code(row: Table, taken: set[str]) -> str:
    node = row.need("code")
    code = node.code()
    if len(code) > _CODE_MAX_LENGTH:
        raise node.fault(f"is longer than {_CODE_MAX_LENGTH} characters.")
    if code in taken:
        raise node.fault(f"“{code}” is there twice.")
    taken.add(code)
    return code


def _words(nodes: list[Node], words: tuple[Word, ...]) -> tuple[Word, ...]:
    found = tuple(each.one_of(words) for each in nodes)
    codes(nodes)  # refuses a word that is there twice
    return found


def _on_the_form(when: Table, key: str, on_form: tuple[str, ...]) -> tuple[str, ...]:
    nodes = when.items(key)
    for each in nodes:
        if each.code() not in on_form:
            raise each.fault(f"this pack's form has no {key.replace('_', ' ')} “{each.value}”.")
    return codes(nodes)


def _refuse_taken(node: Node, subject: Subject, in_confidence: bool, before: list[RoutingLine]) -> None:
    for line in before:
        reaches = in_confidence or not line.in_confidence
        if reaches and not SUBJECT_IS_ALSO[subject].isdisjoint(line.subjects):
            raise node.fault(f"the line “{line.code}” above already takes every case about the {subject}.")


def _refuse_gaps(node: Node, lines: list[RoutingLine]) -> None:
    """Every case has a line, and the duties R4 and R5 each have theirs."""
    if lines[-1].subjects or lines[-1].in_confidence:
        place = f"{node.key}.{lines[-1].code}.when"
        raise PackError(node.file, place, "the last line must fit every case, and so have no “when”.")
    for subject in SUBJECTS:
        if not any(subject in line.subjects and not line.in_confidence for line in lines):
            raise node.fault(f"no line is for cases about the {subject}.")


def _refuse_untold(node: Node, additions: list[RoutingAddition], form: Form) -> None:
    """What the form calls serious is told to somebody; where files are barred, the police are asked."""
    boxes = [("type", each.code, each.serious, each.uploads_barred) for each in form.field("types").options]
    boxes += [("tick", each.key, each.serious, each.uploads_barred) for each in form.flags]
    for what, code, is_serious, is_barred in boxes:
        fitting = [
            each
            for each in additions
            if code in (each.types if what == "type" else each.flags) and not each.lines and not each.subjects
        ]
        if is_serious and not any(each.first_of for each in fitting):
            raise node.fault(f"the {what} “{code}” is serious, but no addition tells anybody of it.")
        if is_barred and not any("police" in each.decisions for each in fitting):
            raise node.fault(f"the {what} “{code}” bars uploads, but no addition asks for the police's advice.")
