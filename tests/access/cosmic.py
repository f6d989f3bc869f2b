"""The mutants that cosmic-ray makes of a module, as JSON. Run by cosmic-ray's own Python: see mutation.py.

python cosmic.py MODULE
"""

import difflib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found]
from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found]
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-not-found]

# What makes no difference to a rule, or is no code: arithmetic in place of a set's or a condition's operators.
KEPT_BINARY = frozenset({"BitAnd_BitOr", "BitOr_BitAnd", "Add_Sub", "Sub_Add"})
# Words have no order, and equal ones, as the members of an enumeration, are one object.
LEFT_OUT = frozenset(
    {"core/ReplaceOrWithAnd"}
    | {f"core/ReplaceComparisonOperator_Eq_{other}" for other in ("Lt", "LtE", "Gt", "GtE", "Is")}
    | {f"core/ReplaceComparisonOperator_NotEq_{other}" for other in ("Lt", "LtE", "Gt", "GtE", "IsNot")}
    | {"core/ReplaceComparisonOperator_Is_Eq", "core/ReplaceComparisonOperator_IsNot_NotEq"}
)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """What was changed, as operator and lines, and the changed module."""
    tree = get_ast(source)
    for name in sorted(operator_names()):
        kind, _, change = name.removeprefix("core/").partition("_")
        if name in LEFT_OUT or (kind == "ReplaceBinaryOperator" and change not in KEPT_BINARY):
            continue
        operator_class = get_operator(name)
        if operator_class.arguments():
            continue
        operator = operator_class()
        count = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(tree))
        for occurrence in range(count):
            mutant = mutate_code(source, operator, occurrence)
            if mutant is None or mutant == source:
                continue
            told = difference(source, mutant)
            # How the fields of a record are kept in memory is no rule.
            if not told.startswith("@dataclass("):
                yield told, mutant


def difference(source: str, mutant: str) -> str:
    """The lines that went and the lines that came."""
    lines = list(difflib.unified_diff(source.splitlines(), mutant.splitlines(), lineterm="", n=0))[2:]
    gone = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    came = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return f"{gone or 'nothing'} -> {came or 'nothing'}"


if __name__ == "__main__":
    json.dump(list(mutants(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout)
