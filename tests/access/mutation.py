"""Mutation of what decides who may see what. Heavy, and so a command of its own:

    .venv/bin/python -m tests.access.mutation                  every module below: an hour or two
    .venv/bin/python -m tests.access.mutation incidents/access.py ...
    .venv/bin/python -m tests.access.mutation --write          and the figures go into docs/security.md

Two kinds of mutants. cosmic-ray turns operators, comparisons, constants and decorators over; it lives in an environment
of its own under var/, for it is needed by nothing else. ``removing`` takes out whole checks, operands and elements of
tables, which no tool does. Both work on a copy of the tree, so that nothing here is ever half mutated.
What the database decides is mutated in the running tests: tests/access/test_mutants_of_grants.py and
tests/access/test_mutants_of_policies.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from esafety import embedded
from tests import services
from tests.access import figures, removing
from tests.house.source import ROOT, files

TOOL = "cosmic-ray==8.7.0"
HOME = ROOT / "var" / "mutation"
TREE = HOME / "tree"
SECONDS = 900
# What makes no difference to a rule, or is no code: arithmetic in place of a set's or a condition's operators.
LEFT_OUT = [r"core/ReplaceBinaryOperator_(?!BitAnd_BitOr|BitOr_BitAnd|Add_Sub|Sub_Add)", r"core/ReplaceOrWithAnd$"]
# Mutants that no test can tell from the module, and why.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("incidents/access.py", "conflict_q: the condition school_id=viewer.school_id"): "a person is of one school",
    ("incidents/access.py", "own_q: the condition school_id=viewer.school_id"): "a person is of one school",
    ("incidents/access.py", "told_q: the condition school_id=viewer.school_id"): "a person is of one school",
}
_PAGES = (
    "tests/access/test_rules_in_sql.py",
    "tests/access/test_objects.py",
    "tests/access/test_matrix.py",
    "tests/access/test_crawl.py",
)
# The modules, and the tests that are to notice: the quick and near ones first, for the first failure ends a run.
TARGETS: dict[str, tuple[str, ...]] = {
    "schools/roles.py": (
        "tests/house/test_docs.py",
        "tests/schools/test_posts.py",
        "tests/schools/test_appointing.py",
        "tests/schools/test_members.py",
        "tests/access/test_mutants_of_grants.py",
        *_PAGES,
    ),
    "schools/access.py": _PAGES,
    "incidents/access.py": (*_PAGES, "tests/incidents/test_access.py", "tests/incidents/test_routing.py"),
    "incidents/rules/routing.py": (
        "tests/incidents/test_rules_routing.py",
        "tests/incidents/test_routing.py",
        "tests/incidents/test_routing_pages.py",
        *_PAGES,
    ),
    "dispatch/access.py": (*_PAGES, "tests/dispatch/test_selectors.py", "tests/dispatch/test_services.py"),
    "schools/wall.py": ("tests/schools/test_wall.py", "tests/house/test_walls.py", "tests/esafety/test_roles.py"),
}


@dataclass
class Outcome:
    """What became of the mutants of one module."""

    module: str
    killed: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    survivors: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)

    def add(self, kind: str, what: str, is_killed: bool) -> None:
        """One more mutant."""
        if not is_killed and (self.module, what) in EQUIVALENT:
            self.equivalent.append(f"{what} ({EQUIVALENT[self.module, what]})")
            return
        self.total[kind] = self.total.get(kind, 0) + 1
        self.killed[kind] = self.killed.get(kind, 0) + is_killed
        if not is_killed:
            self.survivors.append(f"{kind}, {what}")

    @property
    def line(self) -> str:
        """The figures of the module."""
        kinds = "; ".join(f"{kind} {self.killed[kind]} of {self.total[kind]}" for kind in self.total)
        left_aside = f"; the same in effect: {', '.join(self.equivalent)}" if self.equivalent else ""
        return (
            f"`{self.module}`: {sum(self.killed.values())} of {sum(self.total.values())} killed ({kinds}){left_aside}"
        )


def main(arguments: list[str]) -> int:
    """Mutate the modules that are named, or all; 0 when every mutant was killed."""
    wanted = [each for each in arguments if not each.startswith("-")] or list(TARGETS)
    outcomes = []
    with servers() as environment:
        for module in wanted:
            outcome = Outcome(module)
            outcomes.append(outcome)
            copy_tree()
            if run(environment, TARGETS[module]) != 0:
                say(f"{module}: its tests do not pass without a mutant")
                return 2
            _taken_out(outcome, environment)
            copy_tree()
            _by_the_tool(outcome, environment)
            say(outcome.line)
            for survivor in outcome.survivors:
                say(f"  survived: {survivor}")
    killed, total = (sum(sum(getattr(each, name).values()) for each in outcomes) for name in ("killed", "total"))
    said = f"Mutants of access and rules: {killed} of {total} killed; run on {figures.today()}."
    say(said)
    if "--write" in arguments:
        listed = [f"- {each.line}" for each in outcomes]
        left = [f"  - survived: {survivor}" for each in outcomes for survivor in each.survivors]
        figures.write("mutation", [said, "", *listed, *left])
    return int(killed < total)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """The database and broker of the tests, kept up from one run to the next, and a test database that stays."""
    os.environ.update(services.ENVIRONMENT)
    with services.gate():
        number, handle = services.free_slot()
        urls = services.of_slot(number, embedded.start_missing(services.FOLDER, durable=False))
    try:
        yield {**os.environ, **urls, "PYTHONDONTWRITEBYTECODE": "1"}
    finally:
        services.leave(handle)


def copy_tree() -> None:
    """A fresh copy of everything that is, or could be, committed."""
    shutil.rmtree(TREE, ignore_errors=True)
    for path in files():
        target = TREE / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for path in (ROOT / "static").rglob("*.woff2"):
        shutil.copy2(path, TREE / path.relative_to(ROOT))
    subprocess.run(["git", "init", "--quiet"], cwd=TREE, check=True)


def command(tests: tuple[str, ...]) -> list[str]:
    """How the tests of a module are run: until the first failure."""
    python = ROOT / ".venv" / "bin" / "python"
    return [str(python), "-m", "pytest", "-x", "-q", "--reuse-db", "-p", "no:cacheprovider", *tests]


def run(environment: dict[str, str], tests: tuple[str, ...]) -> int:
    """Whether the tests pass (0) in the copy; a run that never ends is one that noticed."""
    try:
        done = subprocess.run(
            command(tests), cwd=TREE, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return 1
    return done.returncode


def _taken_out(outcome: Outcome, environment: dict[str, str]) -> None:
    path = TREE / outcome.module
    source = path.read_text(encoding="utf-8")
    for what, mutant in removing.mutants(source):
        path.write_text(mutant, encoding="utf-8")
        outcome.add("checks taken out", what, run(environment, TARGETS[outcome.module]) != 0)
    path.write_text(source, encoding="utf-8")


def _by_the_tool(outcome: Outcome, environment: dict[str, str]) -> None:
    programs = _tool()
    session, config = HOME / "session.sqlite", HOME / "cosmic-ray.toml"
    session.unlink(missing_ok=True)
    config.write_text(_config(outcome.module), encoding="utf-8")
    for arguments in (["cosmic-ray", "init", config, session], ["cr-filter-operators", session, config],
                      ["cosmic-ray", "exec", config, session]):  # fmt: skip
        subprocess.run([programs / arguments[0], *arguments[1:]], cwd=TREE, env=environment, check=True)
    dump = subprocess.run(
        [programs / "cosmic-ray", "dump", session], cwd=TREE, capture_output=True, text=True, check=True
    )
    for line in dump.stdout.splitlines():
        work, result = json.loads(line)
        if result is None or result["worker_outcome"] == "skipped":
            continue
        for each in work["mutations"]:
            what = f"line {each['start_pos'][0]}: {each['operator_name'].removeprefix('core/')}"
            outcome.add("cosmic-ray", what, result["test_outcome"] != "survived")


def _config(module: str) -> str:
    quoted = " ".join(f"'{part}'" if re.search(r"\s", part) else part for part in command(TARGETS[module]))
    return "\n".join([
        "[cosmic-ray]",
        f'module-path = "{module}"',
        f"timeout = {SECONDS}.0",
        "excluded-modules = []",
        f'test-command = "{quoted}"',
        "[cosmic-ray.distributor]",
        'name = "local"',
        "[cosmic-ray.filters.operators-filter]",
        f"exclude-operators = {json.dumps(LEFT_OUT)}",
        "",
    ])  # fmt: skip


def _tool() -> Path:
    """The programs of cosmic-ray, installed on the first use."""
    home = HOME / "tool"
    if not (home / "bin" / "cosmic-ray").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", TOOL], check=True)
    return home / "bin"


def say(line: str) -> None:
    """One line to whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
