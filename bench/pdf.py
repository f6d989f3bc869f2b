"""The PDF: ours beside a bare render of the same HTML with the same style sheet, in turn, in one process.

The bare render keeps its fonts and parsed style sheets too and makes PDF/UA as well: it is the least that draws this
form. Ours adds the snapshot's checks, the template, the fetcher that refuses, and the look for links.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from typing import Any

from django.template.loader import get_template

from bench import generator, machine, measuring
from bench.bare_press import BarePress
from bench.measuring import Subject
from dispatch import rendering
from incidents.printing import TEMPLATE, Organisation, snapshot_of
from packs import loader


def example() -> tuple[str, dict[str, Any]]:
    """A template and a snapshot of two pages, as the generated incidents have them."""
    pack = loader.latest(generator.PACKS[0])
    answers = generator.answers_of(pack, random.Random(3), rare=False)
    answers["people"] = [
        {"person_id": "", "name": "Ada Thorne", "group": "5R", "kind": "pupil", "part": "subject"},
        {"person_id": "", "name": "Wilf Usher", "group": "5R", "kind": "pupil", "part": "affected"},
    ]
    snapshot = snapshot_of(
        pack=pack,
        answers=answers,
        organisation=Organisation("Bench School 1", "1 Measure Lane", "Robin Keeper", "020 7946 0000"),
        reference="2222-2222",
        revision=1,
        recorded_at="2024-01-15T12:00:00+00:00",
        printed_at="2024-01-15T13:00:00+00:00",
    )
    return TEMPLATE, dict(snapshot)


def markup_of(template: str, snapshot: dict[str, Any]) -> str:
    """The HTML that ours draws."""
    return str(get_template(template).render({"doc": rendering.printable(snapshot, rendering.press().glyphs)}))


def measure(rounds: int) -> dict[str, Any]:
    """Warm renders in turn, and the first render of three fresh processes."""
    template, snapshot = example()
    rendering.warm_up()
    bare, markup = BarePress(), markup_of(template, snapshot)
    floor = Subject("floor: bare render", lambda _: bare.draw(markup))
    ours = Subject("draw", lambda _: rendering.draw(template, snapshot))
    measuring.in_turn([floor, ours], rounds, warm_up=4, cpu=time.process_time)
    drawn = rendering.draw(template, snapshot)
    firsts = [_fresh_process(warm=True) for _ in range(3)]
    colds = [_fresh_process(warm=False) for _ in range(3)]
    first = statistics.median(each["first"] / each["warm"] for each in firsts)
    cold = statistics.median(each["first"] / each["warm"] for each in colds)
    result = {
        "times_floor": round(ours.median_ms / floor.median_ms, 3),
        "cpu_times_floor": round(ours.cpu_ms / floor.cpu_ms, 3),
        "floor_ms": round(floor.median_ms, 1),
        "floor_cpu_ms": round(floor.cpu_ms, 1),
        "ours_ms": round(ours.median_ms, 1),
        "ours_p95_ms": round(ours.p95_ms, 1),
        "kb": round(len(drawn.content) / 1024, 1),
        "pages": drawn.pages,
        "first_times_warm": round(first, 2),
        "first_times_warm_without_warm_up": round(cold, 2),
        "warm_up_ms": round(statistics.median(each["warm_up"] for each in firsts)),
    }
    print(json.dumps(result, indent=2))
    measuring.keep("pdf", result)
    return result


def _fresh_process(*, warm: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "bench", "first-pdf", *(["--warm"] if warm else [])]
    done = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True, check=True)
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def first_pdf(*, warm: bool) -> None:
    """In a fresh process: warm up when asked to, and time the first render and the ones after it."""
    template, snapshot = example()
    started = time.perf_counter()
    if warm:
        rendering.warm_up()
    warm_up = time.perf_counter() - started
    times = []
    for _ in range(9):
        started = time.process_time()  # a single render by the clock would measure what else the machine does
        rendering.draw(template, snapshot)
        times.append(time.process_time() - started)
    print(
        json.dumps({"warm_up": warm_up * 1000, "first": times[0] * 1000, "warm": statistics.median(times[1:]) * 1000})
    )
