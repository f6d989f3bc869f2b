"""The whole way of a report with real parts: PostgreSQL, Redis, Celery worker and beat, and a mail server."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import redis
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from dispatch import waking
from dispatch.models import Message
from dispatch.rules.states import State
from esafety import embedded
from tests.dispatch.mail_servers import Sink, free_port
from tests.dispatch.outboxes import parsed

ROOT = Path(__file__).resolve().parents[2]
# Everything that takes minutes in production takes seconds here.
HURRY = {
    "DISPATCH_LEASE_SECONDS": "5",
    "DISPATCH_SWEEP_SECONDS": "1",
    "DISPATCH_REPEAT_SECONDS": "2",
    "DISPATCH_RETRY_SECONDS": ",".join(["1"] * 40),
    "EMAIL_TIMEOUT": "3",
}
STORIES = ("nasty", "Okafor", "visiting sports coach", "council.example.org", "Riverbank")


class NoRedis(RuntimeError):
    """The platform has none to start."""


@dataclass
class Chain:
    """Started parts, each of which a test may stop, kill or starve. ``folder`` holds their logs."""

    folder: Path
    sink: Sink = field(default_factory=Sink)
    port: int = field(default_factory=free_port)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    beat: "subprocess.Popen[bytes] | None" = None
    controller: Controller | None = None
    started: int = 0

    @property
    def redis(self) -> embedded.Redis:
        """The broker."""
        return embedded.Redis(self.folder / "redis", durable=False)

    def start(self) -> None:
        """Start everything; the worker is ready when this returns."""
        if self.redis.start() is None:
            raise NoRedis
        self._use_broker(self.redis.url)
        self.start_mail()
        self.start_worker()
        self.beat = self._run("beat", "esafety", "beat", "--schedule", str(self.folder / "schedule"))

    def stop(self) -> None:
        """Stop everything."""
        self.release()
        for process in [*self.workers, *([self.beat] if self.beat else [])]:
            self._kill(process)
        self.stop_mail()
        self.redis.stop()
        self._use_broker(None)

    def start_worker(self) -> None:
        """One more worker with two processes, ready to work."""
        self.started += 1
        name = f"worker-{self.started}"
        worker = self._run(
            name, "tests.faults.slow_app", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle",
            "--hostname", f"{name}@%h",
        )  # fmt: skip
        self.workers.append(worker)
        log = self.folder / f"{name}.log"
        wait_for(lambda: b" ready." in log.read_bytes() or worker.poll() is not None, "the worker does not start")
        assert worker.poll() is None, log.read_text()

    def kill_workers(self) -> None:
        """SIGKILL to every worker and its children at once: a power cut."""
        for worker in self.workers:
            self._kill(worker)
        self.workers.clear()

    def kill_drawing_child(self) -> None:
        """SIGKILL to the one process that is drawing: what the kernel does when memory runs out."""
        for file in self.folder.glob("drawing-*"):
            with suppress(ProcessLookupError):
                os.kill(int(file.name.removeprefix("drawing-")), signal.SIGKILL)
            file.unlink()

    def hold(self) -> None:
        """Let the next drawing begin and not end."""
        for file in self.folder.glob("drawing-*"):
            file.unlink()
        (self.folder / "hold").touch()

    def release(self) -> None:
        """Let drawing go on."""
        (self.folder / "hold").unlink(missing_ok=True)

    def wait_for_drawing(self) -> None:
        """Return once a worker is in the middle of drawing."""
        wait_for(lambda: any(self.folder.glob("drawing-*")), "nobody draws")

    def stop_redis(self) -> None:
        """SIGKILL to the broker, and its memory is gone."""
        pid = self.redis.folder / "redis.pid"
        os.kill(int(pid.read_text()), signal.SIGKILL)
        wait_for(lambda: not self.redis.is_running(), "Redis goes on")
        pid.unlink(missing_ok=True)

    def start_redis(self) -> None:
        """The broker comes back, empty, where it was."""
        self.redis.start()

    def empty_redis(self) -> None:
        """FLUSHALL."""
        assert self.redis.url is not None
        with redis.Redis.from_url(self.redis.url) as client:
            client.flushall()

    def freeze_redis(self, number: signal.Signals) -> None:
        """SIGSTOP or SIGCONT to the broker: it is there and does not answer."""
        os.kill(int((self.redis.folder / "redis.pid").read_text()), number)

    def start_mail(self) -> None:
        """The mail server listens."""
        self.controller = Controller(self.sink, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop_mail(self) -> None:
        """The mail server is gone."""
        if self.controller:
            self.controller.stop()
            self.controller = None

    def logs(self) -> str:
        """All that the workers and their clock said."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def _run(self, name: str, app: str, *arguments: str) -> "subprocess.Popen[bytes]":
        # The test's own database, which is not the one that the environment names.
        given = urlsplit(os.environ["DATABASE_URL"])
        environment = {
            **os.environ,
            **HURRY,
            "DATABASE_URL": given._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
            # A worker does not know the owner's log-in.
            "DATABASE_OWNER_URL": "",
            "REDIS_URL": self.redis.url or "",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "FAULTS_FOLDER": str(self.folder),
            "SEALING_KEYS": ",".join(settings.SEALING_KEYS),
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", app, *arguments, "--loglevel", "INFO"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def _use_broker(self, url: str | None) -> None:
        """The test's own process plays the web server, which wakes workers through the same broker."""
        conf = waking._app().conf
        conf.broker_url = conf.broker_write_url = url or settings.CELERY_BROKER_URL
        waking._impatient_connection.cache_clear()


@contextmanager
def running(folder: Path) -> Iterator[Chain]:
    """A started chain."""
    chain = Chain(folder)
    try:
        chain.start()
        yield chain
    finally:
        chain.stop()


def wait_for(is_so: Callable[[], bool], failure: str, seconds: float = 30) -> None:
    """Wait until something is so, and fail with these words when it takes too long."""
    limit = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > limit:
            raise AssertionError(failure)
        time.sleep(0.02)


def state_of(message: Message) -> State:
    """The state in the row now."""
    return State(Message.objects.values_list("state", flat=True).get(pk=message.pk))


def wait_for_arrival(messages: Iterable[Message], seconds: float = 40) -> None:
    """Wait until all of them are accepted; the failure says where each one stands."""
    keys = [message.pk for message in messages]
    rows = Message.objects.filter(pk__in=keys)
    try:
        wait_for(lambda: rows.filter(state=State.ACCEPTED).count() == len(keys), "", seconds)
    except AssertionError:
        standing = list(rows.exclude(state=State.ACCEPTED).values_list("state", "problem", "tries", "repeated"))
        raise AssertionError(f"not all reports have arrived: {standing}") from None


def repeats_at(sink: Sink, messages: Iterable[Message]) -> int:
    """How many mails came more than once, after checking that each report came and repeats are the same bytes."""
    contents: dict[str, set[bytes]] = {}
    count: Counter[str] = Counter()
    for mail in sink.mails:
        number = str(parsed(mail.content)["Message-ID"])
        contents.setdefault(number, set()).add(mail.content)
        count[number] += 1
        assert mail.recipients == ("officer@council.example.org",)
    assert set(contents) == {message.message_id for message in messages}, "every report once, and nothing else"
    assert all(len(each) == 1 for each in contents.values()), "a repeat is the same bytes"
    return sum(count.values()) - len(count)
