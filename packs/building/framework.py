"""sanctions.yaml: categories, breaches, sanctions, obligations, and what moves a case up."""

from typing import Literal

from packs.building.duties import References
from packs.reading import Node, PackError, Table, codes, texts
from packs.schema import (
    AUDIENCES,
    GRADES,
    LOOK_BACKS,
    POSTS,
    REGISTERS,
    Audience,
    Breach,
    Category,
    Escalation,
    EscalationRule,
    Framework,
    Grade,
    Obligation,
    SanctionType,
)

_OUTCOMES: tuple[Grade | Literal["none"], ...] = (*GRADES, "none")


def build_framework(node: Node, *, references: References) -> Framework:
    """Reads sanctions.yaml. Raises PackError."""
    with node.table() as table:
        types = _sanction_types(table.need("sanction_types"))
        known = frozenset(each.code for each in types)
        pupil = _categories(table.need("pupil"), known, references)
        staff = _categories(table.need("staff"), known, references)
        enabled = {
            "pupil": frozenset(each.grade for each in pupil if each.enabled),
            "staff": frozenset(each.grade for each in staff if each.enabled),
        }
        return Framework(
            pupil=pupil,
            staff=staff,
            escalation=_escalation(table.need("escalation"), enabled, references),
            sanction_types=types,
        )


def _sanction_types(node: Node) -> tuple[SanctionType, ...]:
    found = []
    for code, item in node.entries(least=1):
        with item.table() as row:
            tells, register = row.maybe("tells"), row.maybe("register")
            found.append(
                SanctionType(
                    code=Node(item.file, item.key, code).code(),
                    text=row.need("text").text(),
                    ends=row.flag("ends"),
                    head_only=row.flag("head_only"),
                    tells=None if tells is None else tells.one_of(POSTS),
                    register=None if register is None else register.one_of(REGISTERS),
                    counts_as_warning=row.flag("counts_as_warning"),
                    specify=row.flag("specify"),
                )
            )
    return tuple(found)


def _categories(node: Node, known: frozenset[str], references: References) -> tuple[Category, ...]:
    seen: dict[str, Grade] = {}
    found: list[Category] = []
    with node.table() as table:
        for grade in GRADES:
            found.append(_category(table.need(grade), grade, known, seen, references))
    if not any(each.enabled for each in found):
        raise node.fault("at least one category must be enabled.")
    return tuple(found)


def _category(
    node: Node, grade: Grade, known: frozenset[str], seen: dict[str, Grade], references: References
) -> Category:
    with node.table() as row:
        meaning = row.need("meaning").text()
        enabled = row.maybe("enabled")
        if enabled is not None and not enabled.flag():
            return Category(grade, meaning, False, (), (), (), ())
        breaches = _breaches(row.need("breaches"), grade, seen)
        sanctions = row.need("sanctions").items(least=1)
        for each in sanctions:
            if each.code() not in known:
                raise each.fault(f"the sanction “{each.value}” is not defined under sanction_types.")
        return Category(
            grade=grade,
            meaning=meaning,
            enabled=True,
            breaches=breaches,
            sanctions=codes(sanctions),
            obligations=_obligations(row.need("obligations"), references),
            source=references.clauses(row.need("source").items(least=1)),
        )


def _breaches(node: Node, grade: Grade, seen: dict[str, Grade]) -> tuple[Breach, ...]:
    """`seen` holds the breaches of the grades before this one, and receives those of this one."""
    found = []
    for item in node.items(least=1):
        with item.table() as row:
            code = row.need("code")
            if code.code() in seen:
                raise code.fault(f"the breach “{code.value}” is there twice.")
            seen[code.code()] = grade
            earlier = row.maybe("persists_from")
            if earlier is not None and seen.get(earlier.code(), grade) == grade:
                raise earlier.fault(f"there is no breach “{earlier.value}” in a category below {grade}.")
            found.append(Breach(code.code(), row.need("text").text(), None if earlier is None else earlier.code()))
    return tuple(found)


def _obligations(node: Node, references: References) -> tuple[Obligation, ...]:
    found: dict[str, Obligation] = {}
    for item in node.items(least=1):
        with item.table() as row:
            code, hours = row.need("code"), row.maybe("within_hours")
            if code.code() in found:
                raise code.fault(f"the obligation “{code.value}” is there twice.")
            found[code.code()] = Obligation(
                code=code.code(),
                text=row.need("text").text(),
                duties=references.duty_ids(row),
                within_hours=None if hours is None else hours.whole_number(1, 24 * 365),
            )
    return tuple(found.values())


def _escalation(node: Node, enabled: dict[str, frozenset[Grade]], references: References) -> Escalation:
    with node.table() as table, table.need("look_back").table() as look_back:
        choices = look_back.need("school_may_set").items(least=1)
        texts(choices)  # refuses a word that is there twice
        rules: dict[str, EscalationRule] = {}
        for item in table.need("rules").items(least=1):
            with item.table() as row:
                rule = _escalation_rule(row, enabled, references)
                if rule.code in rules:
                    raise PackError(item.file, f"{item.key}.code", f"the rule “{rule.code}” is there twice.")
                rules[rule.code] = rule
        return Escalation(
            look_back=look_back.need("default").one_of(LOOK_BACKS),
            look_back_choices=tuple(each.one_of(LOOK_BACKS) for each in choices),
            look_back_note=look_back.need("note").text(),
            rules=tuple(rules.values()),
            principle=table.need("principle").text(),
        )


def _escalation_rule(row: Table, enabled: dict[str, frozenset[Grade]], references: References) -> EscalationRule:
    audience: Audience = row.need("audience").one_of(AUDIENCES)
    becomes_node, by = row.need("becomes"), row.maybe("by")
    becomes = becomes_node.one_of(_OUTCOMES)
    if becomes != "none" and becomes not in enabled[audience]:
        raise becomes_node.fault(f"the category {becomes} is not enabled for {audience}.")
    if by is not None:
        by.one_of(("persists_from",))
    return EscalationRule(
        code=row.need("code").code(),
        audience=audience,
        when=row.need("when").text(),
        becomes=None if becomes == "none" else becomes,
        by_persists_from=by is not None,
        note=row.text("note"),
        duties=references.duty_ids(row),
    )
