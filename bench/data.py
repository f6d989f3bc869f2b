"""The bench's databases: made once a size, and again when the product's migrations have changed."""

import hashlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass

import psycopg2

from bench import machine

PEER_SIZE = 100_000


def database(count: int) -> str:
    """The URL of a database with that many incidents; it is filled when it is not there."""
    name = f"incidents_{count}"
    if _made_with(name) == fingerprint():
        return machine.database_url(name)
    machine.database_url("postgres")
    _recreate(name)
    url, owner = machine.database_url(name), machine.postgres().url(name, role="esafety_owner")
    print(f"Making {count:,} incidents", flush=True)
    started = time.monotonic()
    machine.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks", "--no-input"],
        machine.production(url, DATABASE_OWNER_URL=owner),
        name=f"migrate-{count}",
    )
    # Without triggers and for all schools at once, as one would load that much: nobody but a superuser can.
    variables = machine.production(machine.superuser_url(name))
    machine.run([sys.executable, "-m", "bench", "fill", str(count)], variables, name=f"fill-{count}")
    _sign(name)
    print(f"... in {time.monotonic() - started:.0f} s", flush=True)
    return url


def empty(name: str) -> str:
    """The URL of a new database with the product's tables and nothing in them."""
    machine.database_url("postgres")
    _recreate(name)
    url = machine.database_url(name)
    owner = machine.postgres().url(name, role="esafety_owner")
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--no-input"]
    machine.run(command, machine.production(url, DATABASE_OWNER_URL=owner), name=f"migrate-{name}")
    return url


def fingerprint() -> str:
    """Of all migrations, the search vector's recipe and the generator: what the rows depend on."""
    folders = ("audit", "schools", "dispatch", "incidents")
    files = [path for folder in folders for path in sorted((machine.ROOT / folder / "migrations").glob("*.py"))]
    files += [machine.ROOT / each for each in ("incidents/projection.py", "bench/generator.py", "bench/words.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _connect(name: str) -> psycopg2.extensions.connection:
    server = machine.postgres()
    connection = psycopg2.connect(host=str(server.socket_folder), user="postgres", dbname=name)
    connection.autocommit = True
    return connection


def _made_with(name: str) -> str | None:
    try:
        with _connect(name).cursor() as cursor:
            cursor.execute("SELECT current_setting('bench.made_with', true)")
            return str(cursor.fetchone()[0])
    except psycopg2.OperationalError:
        return None


def _sign(name: str) -> None:
    with _connect(name).cursor() as cursor:
        cursor.execute(f"ALTER DATABASE \"{name}\" SET bench.made_with = '{fingerprint()}'")


def _recreate(name: str) -> None:
    with _connect("postgres").cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@dataclass(frozen=True, slots=True)
class PeerAccess:
    """How the peer is asked: who is logged in, and which tickets there are."""

    session: str
    tickets: tuple[int, ...]
    queue: int
    variables: dict[str, str]


def peer() -> PeerAccess:
    """Install and fill the peer where that was not done."""
    requirements = machine.ROOT / "requirements-bench.txt"
    stamp = machine.PEER_PYTHON.parent.parent / "installed.txt"
    if not stamp.exists() or stamp.read_bytes() != requirements.read_bytes():
        print("Installing the peer", flush=True)
        machine.run([sys.executable, "-m", "venv", str(stamp.parent)], {}, name="peer-venv")
        pip = [str(machine.PEER_PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        machine.run([*pip, "--require-hashes", "-r", str(requirements)], {}, name="peer-pip")
        stamp.write_bytes(requirements.read_bytes())
    url = machine.superuser_url(f"peer_{PEER_SIZE}")
    variables = {"DATABASE_URL": url, "SECRET_KEY": "bench-only-" + "0123456789abcdef" * 4}
    print(f"Making the peer's {PEER_SIZE:,} tickets, where they are missing", flush=True)
    done = subprocess.run(
        [machine.PEER_PYTHON, "-m", "bench.peer.fill", str(PEER_SIZE)],
        cwd=machine.ROOT,
        env=machine.clean(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The peer could not be filled:\n{done.stderr[-2000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return PeerAccess(said["session"], tuple(said["tickets"]), said["queue"], variables)
