"""What the printed form suggests: visible and editable, never a finding. Duties S1, R1 (CC 5, CM 5). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packs.schema import Audience, Framework

SHARED = frozenset({"transmitted", "distributed", "shown_to_others"})


@dataclass(frozen=True, slots=True)
class Suggested:
    """One breach that the form suggests, and every answer that does."""

    breach: str
    because: tuple[tuple[str, str], ...]
    """Field and option of the form, in the form's order."""


def suggested(framework: Framework, audience: Audience, answers: Mapping[str, Any]) -> tuple[Suggested, ...]:
    """The breaches that the answers of a form suggest, in the framework's order. Pure; raises nothing.

    ``answers``: the printed form's, by field. An answer that the mapping does not name suggests nothing. Where nobody
    has said whether it was on purpose, what holds for one of the two suggests nothing: that is not guessed.
    """
    because: dict[str, list[tuple[str, str]]] = {}
    for each in framework.suggestions(audience):
        if each.option not in _chosen(answers, each.field) or not _fits(each.nature, answers):
            continue
        for breach in each.breaches:
            because.setdefault(breach, []).append((each.field, each.option))
    order = [breach.code for category in framework.categories(audience) for breach in category.breaches]
    return tuple(Suggested(code, tuple(because[code])) for code in order if code in because)


def _chosen(answers: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """The options of a field that were chosen, whether it takes one or several."""
    answer = answers.get(field) or ()
    return (answer,) if isinstance(answer, str) else tuple(answer)


def _fits(nature: str | None, answers: Mapping[str, Any]) -> bool:
    if nature == "deliberate":
        return bool(answers.get("deliberate"))
    # What began by accident and went on by choice is put down as what was chosen.
    return nature is None or bool(answers.get("accidental") and not answers.get("deliberate"))


def flags_said(answers: Mapping[str, Any]) -> dict[str, bool]:
    """What the form says of the facts besides the breaches: fields of ``Facts``. Pure; raises nothing."""
    deliberate = bool(answers.get("deliberate"))
    return {
        "is_deliberate": deliberate,
        "is_accidental": bool(answers.get("accidental")),
        "is_illegal_material": bool(answers.get("illegal_material")),
        "was_distributed": deliberate and not SHARED.isdisjoint(answers.get("deliberate_material") or ()),
    }
