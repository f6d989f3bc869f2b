"""PostgreSQL 18 and Redis out of Python packages, for ``bin/demo`` and ``bin/test`` only.

Nothing here may ever hold a real pupil's data: everything is refused with EmbeddedNotAllowed unless DEBUG is on.
Both servers are reached by the user who started them alone: PostgreSQL by a socket that only its owner may open,
Redis on loopback behind a password made for its folder. Each lives in one folder and is found again there: starting
one that runs costs a connection, and any process of that user may stop it.

PostgreSQL will not run as root. Started by root, this module adds the system user ``pgserver``, gives it the data
folder, and opens the folders above the data and above the environment to every user, for passing through only.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from esafety.embedded.broker import Redis
from esafety.embedded.database import OWNER, Postgres
from esafety.embedded.guard import EmbeddedFailed, EmbeddedNotAllowed, refuse_unless_debug

__all__ = ["EmbeddedFailed", "EmbeddedNotAllowed", "Postgres", "Redis", "start_missing", "stop_all"]

FILESYSTEM_BROKER = "filesystem://"
# The queue's folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS; Celery expects it to be there.
BROKER_QUEUE = Path(__file__).resolve().parent.parent.parent / "var" / "broker" / "queue"


def start_missing(folder: Path, *, durable: bool = True, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Start what the environment does not name, and return the variables that name it.

    DATABASE_URL or REDIS_URL that are set already are left alone and nothing is started for them. A started database
    is named twice: DATABASE_URL for the pages and the worker, DATABASE_OWNER_URL for migrations.
    ``durable=False`` is for tests: quick, and the data need not survive a power cut.
    """
    refuse_unless_debug()
    found: dict[str, str] = {}
    if not environment.get("DATABASE_URL"):
        server = Postgres(folder / "postgres", durable=durable)
        found["DATABASE_URL"] = server.start()
        found["DATABASE_OWNER_URL"] = server.url(role=OWNER)
    if not environment.get("REDIS_URL"):
        found["REDIS_URL"] = Redis(folder / "redis", durable=durable).start() or _filesystem_broker()
    return found


def stop_all(folder: Path) -> None:
    """Stop whatever runs in the folder; nothing happens where nothing runs."""
    Postgres(folder / "postgres").stop()
    Redis(folder / "redis").stop()


def _filesystem_broker() -> str:
    BROKER_QUEUE.mkdir(parents=True, exist_ok=True)
    return FILESYSTEM_BROKER
