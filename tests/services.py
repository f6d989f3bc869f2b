"""pytest plug-in: PostgreSQL and Redis for the tests, started before Django reads its settings.

With DATABASE_URL or REDIS_URL set, that server is used as it is: the database needs DATABASE_OWNER_URL beside it, and
deploy/roles.sql and tests/arranger.sql run in it. Otherwise the embedded ones run under var/test.
Several test runs may share them at once: each takes a slot, which gives it a database name and a Redis database of
its own, and the last one to leave stops the servers. The system gives a slot back by itself when a run is killed.
"""

import fcntl
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import redis

from esafety import embedded

FOLDER = Path(__file__).resolve().parent.parent / "var" / "test"
ARRANGER = Path(__file__).resolve().parent / "arranger.sql"
# As many as Redis has databases.
SLOTS = range(16)
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ENVIRONMENT = {
    "DEBUG": "1",
    "SECRET_KEY": "only-for-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    "BASE_URL": "http://127.0.0.1:8000",
    # Playwright's plain API runs an event loop in the test's thread, beside which Django would refuse the database.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Set the environment. A wrapper comes before every plain hook, and so before pytest-django reads the settings."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser:
        os.environ.setdefault("CHROMIUM", browser)
    # The helpers of pytest-xdist inherit both from the run that started them.
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        with gate():
            number, handle = free_slot()
            os.environ.update(of_slot(number, embedded.start_missing(FOLDER, durable=False)))
        early_config.add_cleanup(lambda: leave(handle))
    return (yield)


def of_slot(number: int, urls: dict[str, str]) -> dict[str, str]:
    """The URLs of the started services, with the slot's own database instead of the common one."""
    if "DATABASE_URL" in urls:
        server, name = embedded.Postgres(FOLDER / "postgres"), f"slot_{number}"
        urls["DATABASE_URL"] = server.start(name)
        urls["DATABASE_OWNER_URL"] = server.url(name, role="esafety_owner")
        server.run_script(ARRANGER, name)
    if urls.get("REDIS_URL", "").startswith("redis:"):
        urls["REDIS_URL"] = urls["REDIS_URL"].removesuffix("/0") + f"/{number}"
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            client.flushdb()
    return urls


def leave(handle: IO[str]) -> None:
    """Give the slot back; the last one stops the services."""
    with gate():
        handle.close()
        held = [take(number) for number in SLOTS]
        for each in filter(None, held):
            each.close()
        if all(held):
            embedded.stop_all(FOLDER)


def free_slot() -> tuple[int, IO[str]]:
    """The first slot that no other run holds, held as long as the returned file is open."""
    for number in SLOTS:
        handle = take(number)
        if handle:
            return number, handle
    raise pytest.UsageError(f"{len(SLOTS)} other test runs hold all the slots in {FOLDER}.")


def take(number: int) -> IO[str] | None:
    """Hold a slot, or None where another run does."""
    handle = (FOLDER / f"slot-{number}").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


@contextmanager
def gate() -> Iterator[None]:
    """One run at a time starts the services or stops them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "gate").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
