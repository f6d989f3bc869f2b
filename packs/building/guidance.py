"""guidance.yaml: what to do now, for every type of incident and every single tick of the form."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from packs.building.duties import References
from packs.reading import Node, PackError, codes
from packs.schema import POSTS, URGENCIES, Form, Guidance, Step


def build_guidance(node: Node, *, form: Form, references: References) -> Guidance:
    """Reads guidance.yaml; each type and tick of the form needs its steps. Raises PackError."""
    with node.table() as table:
        steps_node = table.need("steps")
        steps = _steps(steps_node, references)
        general = _named(table.need("general"), steps)
        types = _per_code(table.need("types"), form.field("types").codes, "type of incident", steps)
        flags = _per_code(table.need("flags"), [each.key for each in form.flags], "tick", steps)
    used = general.union(*types.values(), *flags.values())
    for step_id in steps:
        if step_id not in used:
            place = f"{steps_node.key}.{step_id}"
            raise PackError(steps_node.file, place, "no type, tick or general list names this step.")
    return Guidance(
        steps=tuple(sorted(steps.values(), key=lambda step: URGENCIES.index(step.urgency))),
        general=general,
        types=types,
        flags=flags,
    )


def _steps(node: Node, references: References) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for item in node.items(least=1):
        with item.table() as row:
            step_id, post = row.need("id"), row.maybe("post")
            if step_id.code() in found:
                raise step_id.fault(f"the step “{step_id.value}” is there twice.")
            found[step_id.code()] = Step(
                id=step_id.code(),
                text=row.need("text").text(),
                urgency=row.need("urgency").one_of(URGENCIES),
                duties=references.duty_ids(row),
                source=references.clauses(row.need("source").items(least=1)),
                post=None if post is None else post.one_of(POSTS),
            )
    return found


def _named(node: Node, steps: Mapping[str, Step]) -> frozenset[str]:
    nodes = node.items(least=1)
    for each in nodes:
        if each.code() not in steps:
            raise each.fault(f"there is no step “{each.value}”.")
    return frozenset(codes(nodes))


def _per_code(
    node: Node, wanted: Collection[str], what: str, steps: Mapping[str, Step]
) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for code, each in node.entries():
        if code not in wanted:
            raise each.fault(f"the form has no {what} “{code}”.")
        found[code] = _named(each, steps)
    for code in wanted:
        if code not in found:
            raise PackError(node.file, f"{node.key}.{code}", f"is missing: every {what} needs its steps.")
    return MappingProxyType(found)
