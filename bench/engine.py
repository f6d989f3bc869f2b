"""The engine: proposals a second, beside a floor that looks the grade of a breach up and writes the same bytes.

Floor: one dictionary look-up of the gravest breach, and ``json.dumps`` of a proposal that lies ready. Ours: facts as
they are kept, read, proposed on and written. Both write the same bytes for the same case, which is checked for each.
Reading the facts is timed by itself too: a dry run over past cases reads them.
"""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bench.measuring import WrongAnswer, keep, table
from packs import loader
from packs.schema import AUDIENCES, Framework, Grade
from sanctions.rules.facts import Facts, content_of, facts_from
from sanctions.rules.proposing import propose

DAY = date(2026, 11, 10)
TURNS = 5
_FLAGS = ("is_deliberate", "is_accidental", "is_extreme", "is_illegal_material", "was_distributed")


def measure(count: int) -> dict[str, Any]:
    """Make that many cases, measure floor and engine on them in turn, print and keep the figures."""
    framework = loader.latest("camden_2021").framework
    kept = cases(count, framework)
    ready = [_of_one(content, framework) for content in kept]
    works = {
        "floor: look the grade up, write": lambda: [_floor(*each) for each in ready],
        "read the facts": lambda: [facts_from(each) for each in kept],
        "read, propose, write": lambda: [propose(facts_from(each), framework).as_bytes() for each in kept],
    }
    for each, content in zip(ready, kept, strict=True):
        if _floor(*each) != propose(facts_from(content), framework).as_bytes():
            raise WrongAnswer("the floor writes something else")
    seconds = {name: min(_seconds(work) for _ in range(TURNS)) for name, work in works.items()}
    floor = seconds["floor: look the grade up, write"]
    rows = [(name, f"{count / took:,.0f}", took / count * 1e6, took / floor) for name, took in seconds.items()]
    print(table(rows, (f"{count:,} cases", "a second", "microseconds each", "x floor")), flush=True)
    result = {"cases": count, "seconds": seconds, "proposals_a_second": count / seconds["read, propose, write"]}
    keep("engine", result)
    return result


def cases(count: int, framework: Framework) -> list[dict[str, Any]]:
    """Facts as they are kept, the same every time: one to three breaches, and up to three earlier entries."""
    dice = random.Random(5)
    return [_case(dice, framework) for _ in range(count)]


def _case(dice: random.Random, framework: Framework) -> dict[str, Any]:
    audience = dice.choices(AUDIENCES, weights=(9, 1))[0]
    listed = [each.code for category in framework.categories(audience) for each in category.breaches]
    breaches = dice.sample(listed, dice.choices((1, 2, 3), weights=(7, 2, 1))[0])
    plain = Facts(audience, DAY, frozenset(breaches), look_back_from=date(2026, 9, 1), year_group="Year 6")
    answers = {flag: dice.random() < 0.2 for flag in _FLAGS}
    earlier = [
        {
            "given_on": (DAY - timedelta(days=dice.randrange(1, 120))).isoformat(),
            "id": f"{dice.getrandbits(64):016x}",
            "kind": dice.choice(("warning", "decision")),
            "grade": dice.choice(("A", "B", "C")),
            "breaches": [dice.choice(breaches if dice.random() < 0.5 else listed)],
            "reference": f"2026-{number:04}",
        }
        for number in range(dice.choices((0, 1, 2, 3), weights=(6, 2, 1, 1))[0])
    ]
    content = content_of(plain) | answers
    return content | {"told_staff_promptly": dice.choice((True, False, None)), "earlier": earlier}


def _of_one(content: Mapping[str, Any], framework: Framework) -> tuple[Sequence[str], Mapping[str, Grade], Any]:
    """What the floor is given: the breaches, where each is listed, and the proposal as plain values."""
    audience = content["audience"]
    grades = {code: framework.grade_of(audience, code) for code in content["breaches"]}
    return content["breaches"], grades, json.loads(propose(facts_from(content), framework).as_bytes())


def _floor(breaches: Sequence[str], grades: Mapping[str, Grade], proposal: Any) -> bytes:
    max(grades[code] for code in breaches)
    return json.dumps(proposal, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
