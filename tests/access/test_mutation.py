"""The list of what is mutated is whole: a new module of rules cannot be left out of it (tests/access/mutation.py)."""

from pathlib import Path

from tests.access import removing
from tests.access.mutation import EQUIVALENT, TARGETS
from tests.house.source import ROOT, texts


def test_every_module_of_rules_and_access_is_mutated() -> None:
    modules = {
        path: text
        for path, text in texts(".py").items()
        if not path.startswith("tests/") and (Path(path).stem in {"rules", "access"} or "/rules/" in path)
    }
    assert len(modules) > 20
    assert {path for path, text in modules.items() if list(removing.mutants(text))} <= TARGETS.keys()


def test_the_tests_that_are_asked_are_there() -> None:
    for module, target in TARGETS.items():
        assert (ROOT / module).is_file()
        assert [path for path in (*target.near, *target.far) if not (ROOT / path).exists()] == [], module


def test_what_is_the_same_in_effect_is_still_said_of_a_line_that_is_there() -> None:
    for module, what in EQUIVALENT:
        source = (ROOT / module).read_text(encoding="utf-8")
        lines = {line.strip() for line in source.splitlines()}
        taken_out = {said for said, _ in removing.mutants(source)}
        assert what in taken_out or what.partition(" -> ")[0] in lines, what


def test_a_check_an_operand_and_a_condition_are_taken_out() -> None:
    source = "def known(viewer):\n    if not viewer:\n        return None\n    return Q(a=1, b=2) & Q(c=3)\n"
    made = [mutant for _, mutant in removing.mutants(source)]
    assert "def known(viewer):\n    pass\n    return Q(a=1, b=2) & Q(c=3)" in made
    assert any(each.endswith("return Q(c=3)") for each in made)
    assert any(each.endswith("return Q(b=2) & Q(c=3)") for each in made)
    assert all(each != source for each in made)
