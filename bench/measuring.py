"""Timing one request after the other, floor, ours and peer in turn, so that a busy machine is busy for all of them."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench import machine


class WrongAnswer(RuntimeError):
    """A page answered something else than what is being measured."""


@dataclass
class Client:
    """A browser that speaks to one server over one connection.

    gunicorn's sync workers close it after each answer, the product's, the floor's and the peer's alike, so that each
    time holds one connect on loopback.
    """

    port: int
    host: str = machine.HOST
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers, body."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: Sequence[tuple[str, str]]) -> tuple[int, http.client.HTTPMessage, str]:
        """The same for a form."""
        return self._ask("POST", path, urlencode(form))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, http.client.HTTPMessage, str]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Host": self.host, "X-Forwarded-Proto": "https", "Connection": "keep-alive"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"https://{self.host}",
                "Referer": f"https://{self.host}{path}",
            }
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers, content


@dataclass
class Subject:
    """Something to time. ``prepare`` is not timed and gives ``act`` what it needs; ``check`` looks at the answer."""

    name: str
    act: Callable[[Any], Any]
    prepare: Callable[[], Any] = lambda: None
    check: Callable[[Any], None] = lambda answer: None
    every: int = 1
    """1: in every round; 5: in every fifth, for what is slow."""
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time on the server's side, median."""
        return statistics.median(self.cpu_seconds) * 1000 if self.cpu_seconds else float("nan")

    @property
    def median_ms(self) -> float:
        """Milliseconds, half of the times are shorter."""
        return statistics.median(self.seconds) * 1000 if self.seconds else float("nan")

    @property
    def p95_ms(self) -> float:
        """Milliseconds, nineteen of twenty times are shorter."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000 if self.seconds else float("nan")


def in_turn(
    subjects: Sequence[Subject], rounds: int, *, warm_up: int = 8, cpu: Callable[[], float] | None = None
) -> None:
    """Time all subjects in turn, ``rounds`` times, after rounds that only warm both workers up.

    ``cpu`` gives the processor seconds that the servers have used so far: other work on the machine makes every answer
    wait, but hardly makes it dearer.
    """
    for number in range(-warm_up, rounds):
        for subject in subjects:
            if number % subject.every and number != -1:
                continue
            given = subject.prepare()
            used = cpu() if cpu else 0.0
            started = time.perf_counter()
            answer = subject.act(given)
            took = time.perf_counter() - started
            if number >= 0:
                subject.seconds.append(took)
                if cpu:
                    subject.cpu_seconds.append(cpu() - used)
            subject.check(answer)


def page(client: Client, path: str, *, holds: str = "", status: int = 200) -> dict[str, Any]:
    """Arguments of a Subject that gets a page and looks for something that must be on it."""

    def check(answer: tuple[int, Any, str]) -> None:
        if answer[0] != status or holds not in answer[2]:
            raise WrongAnswer(f"{path}: {answer[0]}, {len(answer[2])} characters, {holds!r} expected")

    return {"act": lambda _: client.get(path), "check": check}


def table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += [
        "| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row) + " |"
        for row in rows
    ]
    return "\n".join(lines)


def keep(name: str, result: object) -> None:
    """Write a result down, with the machine and the moment."""
    machine.RESULTS.mkdir(parents=True, exist_ok=True)
    target = machine.RESULTS / f"{name}.json"
    target.write_text(json.dumps({"machine": machine.description(), "result": result}, indent=2, default=str) + "\n")
    print(f"(kept in {target.relative_to(machine.ROOT)})\n", flush=True)
