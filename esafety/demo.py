"""The demo in the foreground: database, broker, web server, Celery worker and beat; ``bin/demo`` runs it.

Ctrl-C or SIGTERM stops everything in turn and keeps the data, which lives under ``var/``. Where DATABASE_URL,
REDIS_URL or EMAIL_URL is set, that server is used instead of the embedded one; with DATABASE_URL goes
DATABASE_OWNER_URL, for the migrations (docs/deploy.md).
"""

import base64
import fcntl
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from esafety import embedded
from schools.demo_cast import CAST, DEMO_PASSPHRASE, DEMO_PASSWORD

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
STOP_SECONDS = 15


class DemoFailed(RuntimeError):
    """The demo cannot start or go on; the message is for whoever started it."""


@dataclass
class Program:
    """One of the demo's processes, in a session of its own so that Ctrl-C reaches the supervisor alone."""

    name: str
    command: list[str]
    log: Path
    restarts_left: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it; what it prints goes to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        """Whether it was started and is no more."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Let it finish what it does, and end it with its children when that takes too long."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Stack:
    """Everything the demo runs. ``given`` overrides the environment; an empty value counts as not set."""

    folder: Path
    port: int
    given: Mapping[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)
    lock: IO[str] | None = None

    @property
    def url(self) -> str:
        """Where the web server is reached."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start the services, migrate, seed, start the programs; return when the web server answers."""
        self._claim()
        self.environment = self._environment()
        say("Starting PostgreSQL and Redis")
        self.environment |= embedded.start_missing(self.folder, environment=self.environment)
        say("Bringing the database up to date")
        self._manage("migrate", "--no-input")
        # From here on nobody may change a table: the pages and the worker do not even know the owner's log-in.
        self.environment.pop("DATABASE_OWNER_URL", None)
        say("Filling the demonstration school")
        self._manage("seed_demo")
        say("Starting the web server, the worker and its clock")
        self.programs = self._programs()
        for program in self.programs:
            program.log.write_bytes(b"")
            program.start(self.environment)
        self._wait_for_answer()

    def watch(self) -> None:
        """Return never; raise DemoFailed when a program ends by itself.

        The worker is started again once: the outbox makes that safe; a second end has a cause to be looked for.
        """
        while True:
            self._look_after_programs()
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop what was started here; the data stays. The services go last, when nobody needs them."""
        for program in self.programs:
            program.stop()
        self.programs = []
        if self.lock:
            embedded.stop_all(self.folder)
            self.lock.close()
            self.lock = None

    def _claim(self) -> None:
        for folder in (self.folder, self.folder / "log"):
            folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "demo.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise DemoFailed(f"A demo is already running on the data in {self.folder}. Stop that one first.") from None
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", self.port))
        except OSError:
            lock.close()
            raise DemoFailed(
                f"Port {self.port} is in use. Choose another one, for example: PORT={self.port + 1} bin/demo"
            ) from None
        self.lock = lock

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, **self.given, "DEBUG": "1", "DEMO": "1", "PYTHONUNBUFFERED": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "esafety.settings"
        for name, value in {**self._secrets(), "BASE_URL": self.url.rstrip("/")}.items():
            environment[name] = environment.get(name) or value
        return {name: value for name, value in environment.items() if value}

    def _secrets(self) -> dict[str, str]:
        """SECRET_KEY and SEALING_KEYS, made on the first start: what is sealed opens with the same keys only."""
        file = self.folder / "secrets.env"
        if not file.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(50),
                "SEALING_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            }
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
            new.rename(file)
        return dict(line.split("=", 1) for line in file.read_text().splitlines())

    def _programs(self) -> list[Program]:
        log = self.folder / "log"
        celery = [sys.executable, "-m", "celery", "--app", "esafety"]
        web = [sys.executable, "-m", "gunicorn", "esafety.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--workers", "2", "--graceful-timeout", "5", "--no-control-socket"]
        worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        beat = [*celery, "beat", "--loglevel", "INFO", "--schedule", str(self.folder / "beat-schedule")]
        return [
            Program("web server", web, log / "web.log"),
            Program("worker", worker, log / "worker.log", restarts_left=1),
            Program("worker's clock", beat, log / "beat.log"),
        ]

    def _manage(self, *arguments: str) -> None:
        log = self.folder / "log" / f"{arguments[0]}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
            )
        if done.returncode:
            raise DemoFailed(f"manage.py {arguments[0]} failed.\n{end_of(log)}")

    def _wait_for_answer(self) -> None:
        limit = time.monotonic() + READY_SECONDS
        while True:
            self._look_after_programs()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_SECONDS)
            try:
                connection.request("GET", "/")
                connection.getresponse()
                return
            except (OSError, http.client.HTTPException):
                if time.monotonic() > limit:
                    raise DemoFailed(f"The web server does not answer.\n{end_of(self.programs[0].log)}") from None
                time.sleep(0.1)
            finally:
                connection.close()

    def _look_after_programs(self) -> None:
        for program in self.programs:
            if not program.has_ended():
                continue
            if not program.restarts_left:
                raise DemoFailed(f"The {program.name} has stopped by itself.\n{end_of(program.log)}")
            say(f"The {program.name} has stopped by itself and is started again; see {program.log}")
            program.restarts_left -= 1
            program.stop()
            program.start(self.environment)


def end_of(log: Path) -> str:
    """The last lines of a log, under its name."""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])


def say(line: str) -> None:
    """One line to whoever watches the demo start."""
    print(line, flush=True)


def announce(stack: Stack) -> None:
    """The address, and everybody who can log in."""
    say(f"\nReady: {stack.url}\n")
    width = max(len(each.email) for each in CAST)
    for each in CAST:
        say(f"  {each.email:<{width}}  {each.sentence}")
    say(f"\n  Everybody's password:         {DEMO_PASSWORD}")
    say(f"  The officer's PDF passphrase: {DEMO_PASSPHRASE}")
    if "EMAIL_URL" not in stack.environment:
        say(f"  Mails are written to:         {ROOT / 'var' / 'mail'}")
    say("\nCtrl-C stops it; the data stays.")


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C, SIGTERM and a closed terminal end the demo in the same way."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the demo until it is stopped; 0 when somebody stopped it, 1 when it could not go on."""
    os.environ["DEBUG"] = "1"
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in signals:
        signal.signal(each, interrupt)
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        say(f"PORT must be a number from 1 to 65535, not {port!r}.")
        return 1
    stack = Stack(ROOT / "var", int(port))
    code = 0
    try:
        stack.start()
        announce(stack)
        stack.watch()
    except KeyboardInterrupt:
        say("\nStopping")
    except (DemoFailed, embedded.EmbeddedFailed) as failure:
        say(f"\n{failure}")
        code = 1
    finally:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        stack.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
