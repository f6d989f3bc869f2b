"""From "send it" to the officer's mail server: ours with everything that it keeps, beside a bare task.

Ours: finalise (checks, snapshot, document, message and audit rows) -> outbox -> claim -> render -> seal -> encrypt ->
compose -> SMTP -> settled. The floor: a Celery task that renders the same HTML, encrypts and sends it. Two worker
processes each, the same Redis, the same mail server.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from celery import Celery

from bench import generator, machine, measuring, pdf
from bench.product import Visitor
from incidents.services.sending import finalise
from schools.wall import in_school

BATCHES = 3


class Mailbox:
    """What the sink has said so far."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def arrivals(self) -> dict[str, float]:
        """When each mail came, by its Message-ID."""
        return {line.split()[1].strip("<>"): float(line.split()[0]) for line in self.log.read_text().splitlines()}

    def wait_for(self, expected: set[str], *, seconds: float) -> dict[str, float]:
        """When these came, once the last of them has."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = self.arrivals()
            if expected <= found.keys():
                return {each: found[each] for each in expected}
            time.sleep(0.01)
        raise measuring.WrongAnswer(
            f"{len(expected - self.arrivals().keys())} mails did not come; see {machine.FOLDER}"
        )


def measure(rounds: int, variables: dict[str, str], port: int) -> dict[str, Any]:
    """Single reports in turn for the latency, then batches in turn for the rate.

    ``variables`` are those of this process, with the sink at ``port`` as the mail server.
    """
    floor_redis = variables["REDIS_URL"].removesuffix("/0") + "/1"
    template, snapshot = pdf.example()
    markup = machine.FOLDER / "chain.html"
    markup.write_text(pdf.markup_of(template, snapshot))
    bare = {**variables, "REDIS_URL": floor_redis, "BENCH_MARKUP": str(markup), "BENCH_SMTP_PORT": str(port)}
    with ExitStack() as stack:
        log = stack.enter_context(_sink(port))
        stack.enter_context(_worker("ours", "esafety", variables))
        stack.enter_context(_worker("floor", "bench.floor.chain", bare))
        submit_ours, submit_floor = _submitters(rounds, bare)
        mailbox = Mailbox(log)
        for submit in (submit_floor, submit_ours):  # both processes of both have worked once
            mailbox.wait_for({submit() for _ in range(4)}, seconds=60)
        latency = _latency({"floor": submit_floor, "ours": submit_ours}, mailbox, rounds // 3)
        rate = _rate({"floor": submit_floor, "ours": submit_ours}, mailbox, rounds // BATCHES)
    result = {
        "rate_times_floor": round(rate["ours"] / rate["floor"], 3),
        "mails_a_second": {name: round(each, 1) for name, each in rate.items()},
        "latency_ms": {
            name: {"p50": round(measured.median_ms), "p95": round(measured.p95_ms)}
            for name, measured in latency.items()
        },
    }
    print(json.dumps(result, indent=2))
    measuring.keep("chain", result)
    return result


def _submitters(rounds: int, bare: dict[str, str]) -> tuple[Callable[[], str], Callable[[], str]]:
    """Functions that submit one report and give its Message-ID."""
    keeper = Visitor(generator.COORDINATOR).viewer
    with in_school(keeper.school_id):
        waiting = iter(generator.unsent(2 * rounds + 20))
    app = Celery(broker=bare["REDIS_URL"])

    def ours() -> str:
        incident_id, revision = next(waiting)
        with in_school(keeper.school_id):
            message = finalise(by=keeper, incident_id=incident_id, version=revision)
        return str(message.message_id).strip("<>")

    def floor() -> str:
        number = uuid4().hex
        app.send_task("floor.send", args=[number])
        return f"{number}@floor.example.org"

    return ours, floor


def _latency(submitters: dict[str, Callable[[], str]], mailbox: Mailbox, rounds: int) -> dict[str, measuring.Subject]:
    measured = {name: measuring.Subject(name, lambda _: None) for name in submitters}
    for _ in range(rounds):
        for name, submit in submitters.items():
            started = time.time()
            message_id = submit()
            measured[name].seconds.append(mailbox.wait_for({message_id}, seconds=60)[message_id] - started)
    return measured


def _rate(submitters: dict[str, Callable[[], str]], mailbox: Mailbox, batch: int) -> dict[str, float]:
    """Mails a second from the first submission to the last arrival, over several batches in turn."""
    seconds = dict.fromkeys(submitters, 0.0)
    for _ in range(BATCHES):
        for name, submit in submitters.items():
            started = time.time()
            expected = {submit() for _ in range(batch)}
            seconds[name] += max(mailbox.wait_for(expected, seconds=300).values()) - started
    return {name: batch * BATCHES / took for name, took in seconds.items()}


@contextmanager
def _sink(port: int) -> Iterator[Path]:
    machine.FOLDER.mkdir(parents=True, exist_ok=True)
    log = machine.FOLDER / "sink.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.sink", str(port)], cwd=machine.ROOT, stdin=subprocess.PIPE, stdout=output
        )
    try:
        time.sleep(1)
        yield log
    finally:
        process.communicate(timeout=10)


@contextmanager
def _worker(name: str, app: str, variables: dict[str, str]) -> Iterator[None]:
    """A Celery worker with two processes, ready to work."""
    log = machine.FOLDER / f"worker-{name}.log"
    command = [sys.executable, "-m", "celery", "--app", app, "worker", "--concurrency", "2", "--loglevel", "INFO"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"],
            cwd=machine.ROOT, env=machine.clean({**variables, "LOG_LEVEL": "INFO"}), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        limit = time.monotonic() + 90
        while " ready." not in log.read_text():
            if process.poll() is not None or time.monotonic() > limit:
                raise SystemExit(f"The worker did not start; see {log}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)
