"""Mutation of what decides who may see what. Heavy, and so a command of its own:

    .venv/bin/python -m tests.access.mutation                  every module below: two hours on two processors
    .venv/bin/python -m tests.access.mutation incidents/access.py ...
    .venv/bin/python -m tests.access.mutation --near           only with the near tests; what survives is said
    .venv/bin/python -m tests.access.mutation --go-on          what an earlier run saw killed is not tried again
    .venv/bin/python -m tests.access.mutation --write          and the figures go into docs/security.md

Two kinds of mutants. ``removing`` takes out whole checks, operands and elements of tables, which no tool does.
cosmic-ray turns operators, comparisons, constants and decorators over; it lives in an environment of its own under
var/, for it is needed by nothing else. Each mutant lies in a copy of the tree: nothing here is ever half mutated.
What the database decides is mutated in the running tests: tests/access/test_mutants_of_grants.py and
tests/access/test_mutants_of_policies.py.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Lock

from esafety import embedded
from tests import services
from tests.access import figures, removing
from tests.house.source import ROOT, files

TOOL = "cosmic-ray==8.7.0"
HOME = ROOT / "var" / "mutation"
SEEN_KILLED = HOME / "killed.txt"
SECONDS = 900
WORKERS = os.cpu_count() or 1
# Mutants that no test can tell from the module, and why.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("incidents/access.py", "visible_q: the condition **{f'{to}read_by__overlap': list(READ_FEW)}"): (
        "said twice, for an index"
    ),
    ("incidents/access.py", "if set(posts) <= set(READ_FEW): -> if set(posts) == set(READ_FEW):"): "for an index alone",
    ("incidents/access.py", "if set(posts) <= set(READ_FEW): -> if set(posts) < set(READ_FEW):"): "for an index alone",
    ("incidents/access.py", "if set(posts) <= set(READ_FEW): -> if set(posts) is set(READ_FEW):"): "for an index alone",
    ("schools/wall.py", "START_SECONDS = 20 -> START_SECONDS = 21"): "how long a start waits",
    ("schools/wall.py", "START_SECONDS = 20 -> START_SECONDS = 19"): "how long a start waits",
    ("schools/wall.py", "time.sleep(0.5) -> time.sleep( 1.5)"): "how long a start waits",
    ("schools/wall.py", "time.sleep(0.5) -> time.sleep( -0.5)"): "how long a start waits",
    ("schools/wall.py", "if time.monotonic() > limit: -> if time.monotonic() >= limit:"): "how long a start waits",
    ("schools/wall.py", "if response.status_code >= 500: -> if response.status_code >= 499:"): "nothing answers 499",
    (
        "aup/rules/due.py",
        "return frozenset(line.about_id for line in lines if line.standing is not Standing.DONE) -> "
        "return frozenset(line.about_id for line in lines if line.standing > Standing.DONE)",
    ): "done is the first of them in the alphabet",
    (
        "aup/rules/due.py",
        "elif who_signs is WhoSigns.ONE and signed: -> elif who_signs >= WhoSigns.ONE and signed:",
    ): "each comes before one in the alphabet",
    ("incidents/rules/routing.py", "_sentence: the operand isinstance(entry, RoutingAddition)"): (
        "nobody is left of an addition alone"
    ),
    ("incidents/access.py", "conflict_q: the condition school_id=viewer.school_id"): "a person is of one school",
    (
        "sanctions/rules/departing.py",
        'return "up" if height(decided) > height(proposed) else "down" -> '
        'return "up" if height(decided) >= height(proposed) else "down"',
    ): "what is as grave has returned before",
    ("sanctions/rules/looking_back.py", "stands_since: the operand each.grade is not None"): (
        "nothing is milder than what was found, and only what was found is asked about"
    ),
    ("sanctions/rules/proposing.py", "_entries: the operand not fitting"): "for speed alone",
    (
        "sanctions/rules/proposing.py",
        "if len({each.grade for each in steps if each.grade is not None}) > 1: -> "
        "if len({each.grade for each in steps if each.grade is not None}) != 1:",
    ): "what is graded has a step",
    ("incidents/access.py", "own_q: the condition school_id=viewer.school_id"): "a person is of one school",
    ("incidents/access.py", "told_q: the condition school_id=viewer.school_id"): "a person is of one school",
}
_PAGES = ("tests/access/test_matrix.py", "tests/access/test_crawl.py")
_ROWS = ("tests/access/test_rules_in_sql.py", "tests/access/test_objects.py")
_WORKED = ("tests/policy/test_words.py", "tests/policy/test_cases.py")
_POLICY = ("tests/policy",)
_SANCTIONS = ("tests/sanctions",)
_DECIDED = ("tests/incidents/test_deciding_pages.py", "tests/incidents/test_following_sanctions.py")
_PLAIN = ("tests/incidents/test_rules_small.py", "tests/incidents/test_rules_answers.py")


@dataclass(frozen=True)
class Target:
    """The tests that are to notice, the near and quick ones first (the first failure ends a run); whether cosmic-ray
    mutates the module too: those that decide who may see or do something."""

    near: tuple[str, ...]
    far: tuple[str, ...] = ()
    by_the_tool: bool = False


TARGETS: dict[str, Target] = {
    "incidents/access.py": Target(
        (*_ROWS, "tests/incidents/test_access.py", "tests/incidents/test_routing.py"), _PAGES, by_the_tool=True
    ),
    "schools/access.py": Target(_ROWS, _PAGES, by_the_tool=True),
    "dispatch/access.py": Target(
        (*_ROWS, "tests/dispatch/test_selectors.py", "tests/dispatch/test_services.py"), _PAGES, by_the_tool=True
    ),
    "incidents/rules/routing.py": Target(
        ("tests/incidents/test_rules_routing.py", "tests/incidents/test_routing.py"),
        ("tests/incidents/test_routing_pages.py", *_ROWS, *_PAGES),
        by_the_tool=True,
    ),
    "incidents/rules/posts.py": Target(
        ("tests/incidents/test_rules_turning.py",),
        ("tests/incidents/test_routing.py", "tests/incidents/test_rerouting.py", "tests/incidents/test_people_page.py"),
        by_the_tool=True,
    ),
    "schools/rules/posts.py": Target(
        ("tests/schools/test_rules_people.py", "tests/schools/test_appointing.py", "tests/schools/test_renewing.py"),
        ("tests/schools/test_posts.py",),
        by_the_tool=True,
    ),
    "schools/rules/emergency.py": Target(
        ("tests/schools/test_rules_people.py", "tests/schools/test_emergency.py"), by_the_tool=True
    ),
    "schools/rules/officer.py": Target(
        ("tests/schools/test_rules_people.py", "tests/schools/test_officer_change.py"), by_the_tool=True
    ),
    "schools/log_in/rules.py": Target(
        ("tests/schools/log_in/test_rules.py", "tests/schools/log_in/test_password.py"),
        ("tests/schools/log_in",),
        by_the_tool=True,
    ),
    "schools/wall.py": Target(
        ("tests/schools/test_wall.py", "tests/house/test_walls.py"),
        ("tests/esafety/test_roles.py",),
        by_the_tool=True,
    ),
    "schools/roles.py": Target(
        (
            "tests/house/test_docs.py",
            "tests/access/test_mutants_of_grants.py",
            "tests/schools/test_posts.py",
            "tests/schools/test_appointing.py",
            "tests/schools/test_members.py",
        ),
        (*_ROWS, *_PAGES),
        by_the_tool=True,
    ),
    "schools/rules/names.py": Target(
        ("tests/schools/test_rules_names.py", "tests/incidents/test_namesakes.py"),
        ("tests/incidents/test_routing.py",),
    ),
    "audit/rules.py": Target(("tests/audit",)),
    "dispatch/rules/chips.py": Target(("tests/dispatch/test_rules_states.py",), ("tests/dispatch", "tests/incidents")),
    "dispatch/rules/notices.py": Target(
        (
            "tests/dispatch/test_rules_notices.py",
            "tests/schools/test_service_pages.py",
            "tests/dispatch/test_notices.py",
        ),
        ("tests/dispatch",),
    ),
    "dispatch/rules/outcomes.py": Target(
        ("tests/dispatch/test_rules_states.py", "tests/dispatch/test_smtp.py", "tests/dispatch/test_delivery.py")
    ),
    "dispatch/rules/problems.py": Target(
        ("tests/dispatch/test_rules_states.py", "tests/dispatch/test_delivery.py"), ("tests/dispatch",)
    ),
    "dispatch/rules/references.py": Target(("tests/dispatch/test_rules_addresses.py",), ("tests/dispatch",)),
    "dispatch/rules/states.py": Target(("tests/dispatch/test_rules_states.py",), ("tests/dispatch",)),
    "incidents/rules/answers.py": Target(
        (*_PLAIN, "tests/incidents/test_rules_wording.py", "tests/incidents/test_report_form.py"), ("tests/incidents",)
    ),
    "schools/rules/cells.py": Target(
        ("tests/incidents/test_rules_small.py", "tests/incidents/test_export.py", "tests/aup/test_no_access.py")
    ),
    "incidents/rules/chips.py": Target(_PLAIN, ("tests/incidents",)),
    "incidents/rules/clock.py": Target(
        ("tests/incidents/test_rules_small.py", "tests/incidents/test_today.py"), ("tests/incidents",)
    ),
    "schools/rules/files.py": Target(("tests/incidents/test_rules_small.py", "tests/incidents/test_evidence.py")),
    "incidents/rules/pages.py": Target(
        (*_PLAIN, "tests/incidents/test_rules_wording.py", "tests/incidents/test_report_form.py"), ("tests/incidents",)
    ),
    "incidents/rules/references.py": Target(_PLAIN, ("tests/incidents",)),
    "incidents/rules/statuses.py": Target(_PLAIN, ("tests/incidents",)),
    "incidents/rules/turning.py": Target(("tests/incidents/test_rules_turning.py",), ("tests/incidents",)),
    "incidents/rules/wording.py": Target(("tests/incidents/test_rules_wording.py",), ("tests/incidents",)),
    "aup/rules/boards.py": Target(("tests/aup/test_class_sessions.py",)),
    "aup/rules/icons.py": Target(("tests/aup/test_posters.py",)),
    "aup/rules/campaigns.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "aup/rules/chaining.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "aup/rules/consents.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "aup/rules/content.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "aup/rules/due.py": Target(("tests/aup/test_rules_due.py",), ("tests/aup",), by_the_tool=True),
    "aup/rules/languages.py": Target(("tests/aup/test_by_link.py",), ("tests/aup",)),
    "aup/rules/stages.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "aup/rules/typed_names.py": Target(("tests/aup/test_rules_small.py",), ("tests/aup",)),
    "sanctions/rules/clocks.py": Target(("tests/policy/test_clocks.py",), ("tests/sanctions",), by_the_tool=True),
    "sanctions/rules/common_words.py": Target(("tests/sanctions/test_letters_rules.py",), _SANCTIONS),
    "sanctions/rules/comparing.py": Target(("tests/sanctions/test_framework_changes.py",), _SANCTIONS),
    "sanctions/rules/deciding.py": Target(("tests/policy/test_choosing.py",), ("tests/sanctions",), by_the_tool=True),
    "sanctions/rules/departing.py": Target(("tests/policy/test_words.py",), _POLICY, by_the_tool=True),
    "sanctions/rules/dry_running.py": Target(("tests/sanctions/test_dry_run_rules.py",), _SANCTIONS),
    "sanctions/rules/editing.py": Target(
        ("tests/sanctions/test_framework_changes.py", "tests/sanctions/test_framework_editing.py"), _SANCTIONS
    ),
    "sanctions/rules/facts.py": Target(
        ("tests/policy/test_words.py", "tests/policy/test_days.py"), _POLICY, by_the_tool=True
    ),
    "sanctions/rules/fairness.py": Target(("tests/sanctions/test_fairness.py",), _SANCTIONS),
    "sanctions/rules/found.py": Target(("tests/policy/test_found.py",), _POLICY, by_the_tool=True),
    "sanctions/rules/frameworks.py": Target(
        ("tests/sanctions/test_framework_rules.py", "tests/sanctions/test_framework_editing.py"), _SANCTIONS
    ),
    "sanctions/rules/letters.py": Target(("tests/sanctions/test_letters_rules.py",), _SANCTIONS),
    "sanctions/rules/looking_back.py": Target(
        ("tests/policy/test_since.py", "tests/policy/test_days.py", *_WORKED), _POLICY, by_the_tool=True
    ),
    "sanctions/rules/masking.py": Target(
        ("tests/sanctions/test_masking.py", "tests/sanctions/test_fairness.py"), _SANCTIONS, by_the_tool=True
    ),
    "sanctions/rules/proposing.py": Target((*_WORKED, "tests/policy/test_found.py"), _POLICY, by_the_tool=True),
    "sanctions/rules/suggesting.py": Target(("tests/policy/test_suggesting.py",), _POLICY, by_the_tool=True),
    "sanctions/rules/weighing.py": Target(_WORKED, _POLICY, by_the_tool=True),
    "sanctions/rules/words.py": Target(
        ("tests/policy/test_words.py", "tests/policy/test_days.py"), _POLICY, by_the_tool=True
    ),
    "packs/rules.py": Target(("tests/packs",), ("tests/sanctions", "tests/aup")),
}


@dataclass
class Outcome:
    """What became of the mutants of one module."""

    module: str
    killed: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)

    def add(self, kind: str, what: str, is_killed: bool) -> None:
        """One more mutant."""
        if not is_killed and (self.module, what) in EQUIVALENT:
            self.equivalent.append(f"{what} ({EQUIVALENT[self.module, what]})")
            return
        self.total[kind] += 1
        self.killed[kind] += is_killed
        if not is_killed:
            self.survivors.append(f"{kind}: {what}")

    @property
    def line(self) -> str:
        """The figures of the module."""
        kinds = "; ".join(f"{kind} {self.killed[kind]} of {self.total[kind]}" for kind in self.total)
        return f"`{self.module}`: {self.killed.total()} of {self.total.total()} killed ({kinds})"


@dataclass(frozen=True)
class Place:
    """A copy of the tree with a database and broker of its own: one run of tests at a time."""

    tree: Path
    environment: dict[str, str]

    def noticed(self, module: str, mutant: str, tests: tuple[str, ...]) -> bool:
        """Whether a test fails with the mutant in the module's place; a run that never ends is one that noticed."""
        path = self.tree / module
        source = path.read_text(encoding="utf-8")
        try:
            self._put(path, mutant)
            return self.run(tests) != 0
        finally:
            self._put(path, source)

    def _put(self, path: Path, source: str) -> None:
        """Write a module, and throw away what was compiled of it: Python goes by length and second alone."""
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        path.write_text(source, encoding="utf-8")

    def run(self, tests: tuple[str, ...]) -> int:
        """The exit code of the tests, until the first failure; without browsers and faults."""
        python = ROOT / ".venv" / "bin" / "python"
        options = ["-x", "-q", "--reuse-db", "-p", "no:cacheprovider", "-m", "not browser and not faults"]
        try:
            done = subprocess.run(
                [str(python), "-m", "pytest", *options, *dict.fromkeys(tests)],
                cwd=self.tree, env=self.environment, capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode


def main(arguments: list[str]) -> int:
    """Mutate the modules that are named, or all; 0 when every mutant was killed."""
    said = asked(arguments)
    wanted, is_near = said.modules or list(TARGETS), said.near
    if not said.go_on:
        SEEN_KILLED.unlink(missing_ok=True)
    outcomes = {module: Outcome(module) for module in wanted}
    with places() as free, ThreadPoolExecutor(WORKERS) as pool:
        everything = tuple(dict.fromkeys(test for module in wanted for test in tests_of(module, is_near=is_near)))
        unchanged = pool.submit(passes, free, everything)
        lock, marks = Lock(), list[str]()

        def attempt(module: str, kind: str, what: str, mutant: str) -> None:
            is_known = (module, what) in EQUIVALENT
            is_killed = not is_known and is_noticed(free, module, mutant, is_near=is_near)
            with lock:
                if is_killed:
                    marks.append(mark_of(module, mutant))
                # Where the tests fail by themselves every mutant seems noticed: none is kept before that is known.
                if unchanged.done() and unchanged.result():
                    keep(marks)
                outcomes[module].add(kind, what, is_killed)
                if not (is_killed or is_known):
                    say(f"survived, {module}, {kind}: {what}")

        for each in [pool.submit(attempt, *mutant) for module in wanted for mutant in mutants(module)]:
            each.result()
        if not unchanged.result():
            say("The tests do not pass without a mutant.")
            return 2
        keep(marks)
    killed, total = (sum(getattr(each, name).total() for each in outcomes.values()) for name in ("killed", "total"))
    left_aside = [(each.module, what) for each in outcomes.values() for what in each.equivalent]
    first = (
        f"Mutants of access and rules: {killed} of {total} killed, {len(left_aside)} the same in effect; "
        f"run on {figures.today()}."
    )
    lines = [first, "", *(f"- {each.line}" for each in outcomes.values())]
    lines += [f"  - survived, `{each.module}`: `{what}`" for each in outcomes.values() for what in each.survivors]
    say("\n".join(lines))
    if said.write:
        figures.write("mutation", lines)
    return int(killed < total)


def asked(arguments: list[str]) -> argparse.Namespace:
    """The command line; what it does not know ends it before anything that was seen is forgotten."""
    parser = argparse.ArgumentParser(prog="python -m tests.access.mutation")
    parser.add_argument("modules", nargs="*", help="all of them, unless some are named")
    for option in ("near", "go-on", "write"):
        parser.add_argument(f"--{option}", action="store_true", help="see the top of tests/access/mutation.py")
    found = parser.parse_args(arguments)
    if strange := set(found.modules) - TARGETS.keys():
        parser.error(f"no such module: {', '.join(sorted(strange))}")
    return found


def tests_of(module: str, *, is_near: bool) -> tuple[str, ...]:
    """The tests that are asked about a module."""
    return TARGETS[module].near if is_near else (*TARGETS[module].near, *TARGETS[module].far)


def mutants(module: str) -> Iterator[tuple[str, str, str, str]]:
    """Module, kind, what was changed and the changed source, for every mutant of it; each text once."""
    source = (ROOT / module).read_text(encoding="utf-8")
    seen: set[str] = set()
    for what, mutant in removing.mutants(source):
        if mutant not in seen:
            seen.add(mutant)
            yield module, "taken out", what, mutant
    if TARGETS[module].by_the_tool:
        script = Path(__file__).with_name("cosmic.py")
        done = subprocess.run([tool(), script, ROOT / module], capture_output=True, text=True, check=True)
        for what, mutant in json.loads(done.stdout):
            yield module, "cosmic-ray", what, mutant


def is_noticed(free: "Queue[Place]", module: str, mutant: str, *, is_near: bool) -> bool:
    """Whether a test notices the mutant; one that was seen killed before is not tried again."""
    if mark_of(module, mutant) in seen_killed():
        return True
    place = free.get()
    try:
        return place.noticed(module, mutant, tests_of(module, is_near=is_near))
    finally:
        free.put(place)


def mark_of(module: str, mutant: str) -> str:
    """What a mutant is kept by."""
    return hashlib.sha256(f"{module}\n{mutant}".encode()).hexdigest()


def seen_killed() -> set[str]:
    """The marks of the mutants that were seen killed, by tests that pass without them."""
    return set(SEEN_KILLED.read_text(encoding="utf-8").split()) if SEEN_KILLED.exists() else set()


def keep(marks: list[str]) -> None:
    """Keep the marks that are not kept yet, and empty the list."""
    with SEEN_KILLED.open("a", encoding="utf-8") as kept:
        kept.writelines(f"{mark}\n" for mark in sorted(set(marks) - seen_killed()))
    marks.clear()


def passes(free: "Queue[Place]", tests: tuple[str, ...]) -> bool:
    """Whether the tests pass in an unchanged tree: otherwise every mutant would seem to be noticed."""
    place = free.get()
    try:
        return place.run(tests) == 0
    finally:
        free.put(place)


@contextmanager
def places() -> "Iterator[Queue[Place]]":
    """As many places as there are processors; databases stay from one run to the next."""
    os.environ.update(services.ENVIRONMENT)
    free: Queue[Place] = Queue()
    with ExitStack() as stack:
        for number in range(WORKERS):
            with services.gate():
                slot, handle = services.free_slot()
                urls = services.of_slot(slot, embedded.start_missing(services.FOLDER, durable=False))
            stack.callback(services.leave, handle)
            tree = HOME / f"tree-{number}"
            copy_tree(tree)
            free.put(Place(tree, {**os.environ, **urls}))
        yield free


def copy_tree(tree: Path) -> None:
    """A fresh copy of everything that is, or could be, committed."""
    shutil.rmtree(tree, ignore_errors=True)
    for path in files():
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for path in (ROOT / "static").rglob("*.woff2"):
        shutil.copy2(path, tree / path.relative_to(ROOT))
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)


def tool() -> Path:
    """The Python that has cosmic-ray, installed on the first use."""
    home = HOME / "tool"
    if not (home / "bin" / "cosmic-ray").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", TOOL], check=True)
    return home / "bin" / "python"


def say(line: str) -> None:
    """One line to whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
