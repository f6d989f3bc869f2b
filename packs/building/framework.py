"""sanctions.yaml: categories, breaches, sanctions, obligations, and what moves a case up."""

from collections.abc import Collection
from typing import Literal, TypeVar

from packs.building.duties import References
from packs.reading import Node, PackError, Table, codes, texts
from packs.schema import (
    AUDIENCES,
    EARLIER_KINDS,
    FACTS,
    GRADES,
    LOOK_BACKS,
    NATURES,
    POSTS,
    REGISTERS,
    RULE_KINDS,
    Audience,
    Breach,
    Category,
    Escalation,
    EscalationRule,
    Form,
    Framework,
    Grade,
    Nature,
    Needs,
    Obligation,
    Restorative,
    SanctionType,
    Suggestion,
)

Word = TypeVar("Word", bound=str)
_OF_BREACHES: tuple[Nature, ...] = ("accidental",)
_OUTCOMES: tuple[Grade | Literal["none"], ...] = (*GRADES, "none")


def build_framework(node: Node, *, references: References, form: Form, clauses: Collection[str]) -> Framework:
    """Reads sanctions.yaml; ``clauses`` are the ids of the clauses of the agreements. Raises PackError."""
    with node.table() as table:
        types = _sanction_types(table.need("sanction_types"))
        known = frozenset(each.code for each in types)
        pupil = _categories(table.need("pupil"), known, references, clauses)
        staff = _categories(table.need("staff"), known, references, clauses)
        listed = {"pupil": _listed(pupil), "staff": _listed(staff)}
        enabled = {
            "pupil": frozenset(each.grade for each in pupil if each.enabled),
            "staff": frozenset(each.grade for each in staff if each.enabled),
        }
        return Framework(
            pupil=pupil,
            staff=staff,
            escalation=_escalation(table.need("escalation"), enabled, listed, references),
            sanction_types=types,
            no_blame=_obligations(table.need("no_blame"), references),
            restorative=_restorative(table.need("restorative"), listed["pupil"], references),
            **_suggestions(table.need("form"), listed, form),
        )


def _listed(categories: tuple[Category, ...]) -> frozenset[str]:
    return frozenset(breach.code for each in categories for breach in each.breaches)


def _restorative(node: Node, listed: frozenset[str], references: References) -> Restorative:
    with node.table() as row:
        return Restorative(
            text=row.need("text").text(),
            breaches=_breach_codes(row.need("breaches").items(least=1), listed),
            duties=references.duty_ids(row),
            source=references.clauses(row.need("source").items(least=1)),
        )


def _breach_codes(nodes: list[Node], listed: frozenset[str]) -> tuple[str, ...]:
    for each in nodes:
        if each.code() not in listed:
            raise each.fault(f"there is no breach “{each.value}” here.")
    return codes(nodes)


def _suggestions(node: Node, listed: dict[str, frozenset[str]], form: Form) -> dict[str, tuple[Suggestion, ...]]:
    with node.table() as table:
        return {
            f"{audience}_form": _suggestions_for(table.need(audience), listed[audience], form) for audience in AUDIENCES
        }


def _suggestions_for(node: Node, listed: frozenset[str], form: Form) -> tuple[Suggestion, ...]:
    found: dict[tuple[str, str, Nature | None], Suggestion] = {}
    for item in node.items(least=1):
        each = _suggestion(item, listed, form)
        if (each.field, each.option, each.nature) in found:
            raise item.fault(f"what “{each.option}” suggests is there twice.")
        found[each.field, each.option, each.nature] = each
    return tuple(found.values())


def _suggestion(item: Node, listed: frozenset[str], form: Form) -> Suggestion:
    with item.table() as row:
        field, option, nature = row.need("field"), row.need("option"), row.maybe("nature")
        try:
            options = {each.code for each in form.field(field.code()).options}
        except LookupError:
            raise field.fault(f"the form has no field “{field.value}”.") from None
        if option.code() not in options:
            raise option.fault(f"the form offers no “{option.value}” there.")
        return Suggestion(
            field=field.code(),
            option=option.code(),
            breaches=_breach_codes(row.need("breaches").items(least=1), listed),
            nature=None if nature is None else nature.one_of(NATURES),
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


def _categories(
    node: Node, known: frozenset[str], references: References, clauses: Collection[str]
) -> tuple[Category, ...]:
    seen: dict[str, Grade] = {}
    found: list[Category] = []
    with node.table() as table:
        for grade in GRADES:
            found.append(_category(table.need(grade), grade, known, seen, references, clauses))
    if not any(each.enabled for each in found):
        raise node.fault("at least one category must be enabled.")
    return tuple(found)


def _category(
    node: Node,
    grade: Grade,
    known: frozenset[str],
    seen: dict[str, Grade],
    references: References,
    clauses: Collection[str],
) -> Category:
    with node.table() as row:
        meaning = row.need("meaning").text()
        enabled = row.maybe("enabled")
        if enabled is not None and not enabled.flag():
            return Category(grade, meaning, False, (), (), (), ())
        source = references.clauses(row.need("source").items(least=1))
        breaches = _breaches(row.need("breaches"), grade, seen, clauses, source)
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
            source=source,
        )


def _breaches(
    node: Node, grade: Grade, seen: dict[str, Grade], clauses: Collection[str], source: tuple[str, ...]
) -> tuple[Breach, ...]:
    """`seen` holds the breaches of the grades before this one, and receives those of this one."""
    found = []
    for item in node.items(least=1):
        with item.table() as row:
            code = row.need("code")
            if code.code() in seen:
                raise code.fault(f"the breach “{code.value}” is there twice.")
            seen[code.code()] = grade
            earlier, nature = row.maybe("persists_from"), row.maybe("nature")
            if earlier is not None and seen.get(earlier.code(), grade) == grade:
                raise earlier.fault(f"there is no breach “{earlier.value}” in a category below {grade}.")
            if earlier is not None and nature is not None:
                raise nature.fault("what repeats another breach comes about as that one does.")
            broken = row.need("clauses").items(least=1)
            for each in broken:
                if each.text() not in clauses:
                    raise each.fault(f"no agreement has a clause “{each.value}”.")
            found.append(
                Breach(
                    code=code.code(),
                    text=row.need("text").text(),
                    persists_from=None if earlier is None else earlier.code(),
                    clauses=texts(broken),
                    source=source,
                    nature=None if nature is None else nature.one_of(_OF_BREACHES),
                )
            )
    return tuple(found)


def _obligations(node: Node, references: References) -> tuple[Obligation, ...]:
    found: dict[str, Obligation] = {}
    for item in node.items(least=1):
        with item.table() as row:
            code, hours, owner = row.need("code"), row.maybe("within_hours"), row.need("owner")
            if code.code() in found:
                raise code.fault(f"the obligation “{code.value}” is there twice.")
            found[code.code()] = Obligation(
                code=code.code(),
                text=row.need("text").text(),
                duties=references.duty_ids(row),
                within_hours=None if hours is None else hours.whole_number(1, 24 * 365),
                owner=owner.one_of(POSTS),
                at_once=row.flag("at_once"),
                once=row.flag("once"),
                records_decision=row.flag("records_decision"),
            )
    return tuple(found.values())


def _escalation(
    node: Node, enabled: dict[str, frozenset[Grade]], listed: dict[str, frozenset[str]], references: References
) -> Escalation:
    with node.table() as table, table.need("look_back").table() as look_back:
        choices = look_back.need("school_may_set").items(least=1)
        rules: dict[str, EscalationRule] = {}
        for item in table.need("rules").items(least=1):
            with item.table() as row:
                rule = _escalation_rule(row, enabled, listed, references)
                if rule.code in rules:
                    raise PackError(item.file, f"{item.key}.code", f"the rule “{rule.code}” is there twice.")
                rules[rule.code] = rule
        return Escalation(
            look_back=look_back.need("default").one_of(LOOK_BACKS),
            look_back_choices=_once(choices, LOOK_BACKS),
            look_back_note=look_back.need("note").text(),
            rules=tuple(rules.values()),
            principle=table.need("principle").text(),
        )


def _once(nodes: list[Node], words: tuple[Word, ...]) -> tuple[Word, ...]:
    texts(nodes)  # refuses a word that is there twice
    return tuple(each.one_of(words) for each in nodes)


def _needs(node: Node, listed: frozenset[str]) -> Needs:
    with node.table() as row:
        grade, earlier, or_fact = row.maybe("grade"), row.maybe("earlier"), row.maybe("or_fact")
        kind = row.need("kind")
        needs = Needs(
            kind=kind.one_of(RULE_KINDS),
            grade=None if grade is None else grade.one_of(GRADES),
            breaches=_breach_codes(row.items("breaches"), listed),
            earlier=None if earlier is None else earlier.one_of(EARLIER_KINDS),
            earlier_grades=_once(row.items("earlier_grades"), GRADES),
            same_breach=row.flag("same_breach"),
            or_fact=None if or_fact is None else or_fact.one_of(FACTS),
            facts=_once(row.items("facts"), FACTS),
        )
        if (needs.kind == "earlier") != (needs.earlier is not None):
            raise kind.fault("a rule of the kind “earlier” says which earlier entry it needs, and no other rule does.")
        if needs.kind == "earlier" and not (needs.grade or needs.breaches):
            raise kind.fault("a rule of the kind “earlier” says for which grade or breaches it holds.")
        if needs.kind != "earlier" and not needs.facts:
            raise kind.fault("a rule of this kind says which facts it needs.")
        if needs.kind == "accident" and "accidental" not in needs.facts:
            raise kind.fault("a rule of the kind “accident” needs the fact “accidental”.")
        # What the engine would pass over in silence is refused here.
        of_the_record = (needs.grade, needs.breaches, needs.earlier_grades, needs.same_breach, needs.or_fact)
        if needs.kind != "earlier" and any(of_the_record):
            raise kind.fault("a rule of this kind needs facts, and nothing besides.")
        if needs.kind == "earlier" and needs.facts:
            raise kind.fault("a rule of the kind “earlier” needs no facts; one that stands for the entry is or_fact.")
        return needs


def _escalation_rule(
    row: Table, enabled: dict[str, frozenset[Grade]], listed: dict[str, frozenset[str]], references: References
) -> EscalationRule:
    audience: Audience = row.need("audience").one_of(AUDIENCES)
    becomes_node, by = row.need("becomes"), row.maybe("by")
    becomes = becomes_node.one_of(_OUTCOMES)
    if becomes != "none" and becomes not in enabled[audience]:
        raise becomes_node.fault(f"the category {becomes} is not enabled for {audience}.")
    needs = _needs(row.need("needs"), listed[audience])
    if becomes == "none" and needs.kind != "accident":
        raise becomes_node.fault("only a rule of the kind “accident” leaves a case without a category.")
    if by is not None:
        by.one_of(("persists_from",))
        if needs.kind != "earlier":
            raise by.fault("only a rule of the kind “earlier” follows what a breach continues.")
    return EscalationRule(
        code=row.need("code").code(),
        audience=audience,
        needs=needs,
        when=row.need("when").text(),
        becomes=None if becomes == "none" else becomes,
        by_persists_from=by is not None,
        note=row.text("note"),
        duties=references.duty_ids(row),
        source=references.clauses(row.need("source").items(least=1)),
    )
