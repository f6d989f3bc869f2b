"""The long form: many reports while something breaks every few seconds. Not a test; run it by hand.

    python -m tests.faults.soak --reports 200 --every 10

Ends with 0 when no report was lost, every repeat was the same bytes and nothing private was logged, else with 1.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import django

from esafety import embedded

FOLDER = Path(__file__).resolve().parents[2] / "var" / "soak"


def main() -> int:
    """Start everything, break it, wait for the recovery, count."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    options.add_argument("--reports", type=int, default=200)
    options.add_argument("--every", type=float, default=10, help="seconds between two faults")
    options.add_argument("--pace", type=float, default=0.5, help="seconds between two reports")
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esafety.settings")
    shutil.rmtree(FOLDER / "chain", ignore_errors=True)
    (FOLDER / "chain").mkdir(parents=True)
    database = embedded.Postgres(FOLDER / "postgres", durable=False)
    os.environ["DATABASE_URL"] = database.start(f"soak_{int(time.time())}")
    os.environ.setdefault("REDIS_URL", "filesystem://")
    django.setup()
    try:
        return soak(said.reports, every=said.every, pace=said.pace, seed=said.seed)
    finally:
        database.stop()


def soak(reports: int, *, every: float, pace: float, seed: int) -> int:
    """The run itself, once Django is set up."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from dispatch.models import Message  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415
    from tests.dispatch.outboxes import queue_report  # noqa: PLC0415
    from tests.faults.chain import STORIES, Chain, repeats_at, running, wait_for_arrival  # noqa: PLC0415
    from tests.faults.reports import a_report  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    by = factories.viewer(factories.coordinator(factories.school()))
    chance = random.Random(seed)  # noqa: S311
    made: Counter[str] = Counter()
    over = threading.Event()

    def away(seconds: float, back: Callable[[], None]) -> None:
        time.sleep(seconds)
        back()

    def kill_worker(chain: Chain) -> None:
        chain.kill_workers()
        chain.start_worker()

    def lose_redis(chain: Chain) -> None:
        chain.stop_redis()
        away(3, chain.start_redis)

    def freeze_redis(chain: Chain) -> None:
        chain.freeze_redis(signal.SIGSTOP)
        away(3, lambda: chain.freeze_redis(signal.SIGCONT))

    def lose_mail(chain: Chain) -> None:
        chain.stop_mail()
        away(3, chain.start_mail)

    def answer(words: str) -> Callable[[Chain], None]:
        def fault(chain: Chain) -> None:
            chain.sink.answers["DATA"] = words
            away(2, chain.sink.answers.clear)

        fault.__name__ = f"mail server: {words}"
        return fault

    def cut_database(chain: Chain) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
                [ours],
            )

    def empty_redis(chain: Chain) -> None:
        chain.empty_redis()

    faults = [
        kill_worker, lose_redis, freeze_redis, empty_redis, lose_mail, cut_database,
        answer("451 later"), answer("drop"), answer("reset"), answer("hang"), answer("garbage"),
    ]  # fmt: skip

    def break_things(chain: Chain) -> None:
        while not over.wait(every):
            fault = chance.choice(faults)
            made[fault.__name__] += 1
            fault(chain)
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    with running(FOLDER / "chain") as chain:
        breaker = threading.Thread(target=break_things, args=[chain])
        breaker.start()
        slowest = 0.0
        messages = []
        try:
            for _ in range(reports):
                started = time.monotonic()
                messages.append(queue_report(by, **a_report(by)))
                slowest = max(slowest, time.monotonic() - started)
                time.sleep(pace)
        finally:
            over.set()
            breaker.join()
        uncertain_twice = settle_by_hand(messages)
        wait_for_arrival(messages, seconds=300)
        repeats = repeats_at(chain.sink, messages)
        private = [word for word in STORIES if word in chain.logs()]
    repeated = Message.objects.filter(repeated=True).count()
    print(f"{reports} reports, {sum(made.values())} faults: {dict(made)}")  # noqa: T201
    print(f"lost 0, repeats {repeats} (same bytes), messages repeated {repeated}, by hand {uncertain_twice}")  # noqa: T201
    print(f"slowest request {slowest:.2f} s; private words in the logs: {private or 'none'}")  # noqa: T201
    return 1 if private else 0


def settle_by_hand(messages: list[object]) -> int:
    """Play the person: what is uncertain for the second time, or failed, is sent again."""
    from dispatch import services  # noqa: PLC0415
    from dispatch.models import Message  # noqa: PLC0415
    from dispatch.rules.states import ARRIVED, State  # noqa: PLC0415
    from schools.models import Person  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    by = factories.viewer(Person.objects.get(family_name="Marsh"))
    count = 0
    limit = time.monotonic() + 300
    while time.monotonic() < limit:
        open_rows = Message.objects.exclude(state__in=ARRIVED)
        if not open_rows.exists():
            break
        waiting = Message.objects.filter(state=State.FAILED) | Message.objects.filter(
            state=State.UNCERTAIN, repeated=True
        )
        for key in waiting.values_list("pk", flat=True):
            services.retry(by=by, message_id=key)
            count += 1
        time.sleep(0.5)
    return count


if __name__ == "__main__":
    sys.exit(main())
