"""The bench's own PostgreSQL, Redis and web servers, and the environment in which the product runs for real."""

import contextlib
import http.client
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg2

from esafety import embedded

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
RESULTS = FOLDER / "results"
PEER_PYTHON = FOLDER / "peer-venv" / "bin" / "python"
HOST = "bench.example.org"
# How PostgreSQL calls its processes that serve a connection of the product, the floor or the peer.
CLIENTS = (b"postgres: postgres ", b"postgres: esafety_app ")

# The same server, with the same settings, serves the product, the floor and the peer.
TUNING = {
    "shared_buffers": "1GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "60",
}


def postgres() -> embedded.Postgres:
    """The bench's PostgreSQL, durable as in production."""
    return embedded.Postgres(FOLDER / "postgres", durable=True)


def database_url(name: str) -> str:
    """Start the server where it does not run, tune it once, and give the product's URL of a database there.

    The database exists afterwards, with the roles that deploy/roles.sql makes.
    """
    os.environ["DEBUG"] = "1"  # the embedded server refuses to start otherwise
    try:
        server = postgres()
        url = server.start(name)
        if not _is_tuned(server):
            connection = psycopg2.connect(host=str(server.socket_folder), user="postgres", dbname="postgres")
            connection.autocommit = True
            with connection.cursor() as cursor:
                for setting, value in TUNING.items():
                    cursor.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
            connection.close()
            server.stop()
            url = server.start(name)
        return url
    finally:
        del os.environ["DEBUG"]


def superuser_url(name: str) -> str:
    """The URL of a database by which no wall holds: for filling it, for the floor, which has none, and for the peer."""
    database_url(name)
    return postgres().url(name, role="postgres")


def _is_tuned(server: embedded.Postgres) -> bool:
    connection = psycopg2.connect(host=str(server.socket_folder), user="postgres", dbname="postgres")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT setting, unit FROM pg_settings WHERE name = 'shared_buffers'")
        pages, _ = cursor.fetchone()
        cursor.execute("SHOW max_connections")
        return int(pages) == 131072 and cursor.fetchone()[0] == TUNING["max_connections"]


def redis_url() -> str:
    """The bench's Redis."""
    os.environ["DEBUG"] = "1"
    try:
        url = embedded.Redis(FOLDER / "redis", durable=True).start()
    finally:
        del os.environ["DEBUG"]
    if url is None:
        raise SystemExit("There is no Redis on this platform; set REDIS_URL.")
    return url


def stop() -> None:
    """Stop the bench's servers; the data stays."""
    embedded.stop_all(FOLDER)


def remove() -> None:
    """Stop the servers and delete their data. The peer's environment and the results stay."""
    stop()
    for each in ("postgres", "redis", "static"):
        shutil.rmtree(FOLDER / each, ignore_errors=True)


def production(url: str, **more: str) -> dict[str, str]:
    """The variables of a production host: DEBUG off and every secret set."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": "bench-only-" + "0123456789abcdef" * 4,
        "SEALING_KEYS": "YmVuY2gtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZmc=",
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "BASE_URL": f"https://{HOST}",
        "BEHIND_PROXY": "1",
        "REDIS_URL": "filesystem://",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "online-safety@example.org",
        "AUDIT_ANCHOR_ADDRESS": "audit@example.org",
        "STATIC_ROOT": str(FOLDER / "static"),
        "CONN_MAX_AGE": "600",
        "LOG_LEVEL": "WARNING",
        **more,
    }


def collect_static(variables: Mapping[str, str]) -> None:
    """The files that every page of the product names."""
    run([sys.executable, "manage.py", "collectstatic", "--no-input", "--skip-checks"], variables, name="static")


def enter(variables: Mapping[str, str], settings: str = "esafety.settings") -> None:
    """Make this very process a process of the product."""
    os.environ.pop("DEBUG", None)
    os.environ.update(variables, DJANGO_SETTINGS_MODULE=settings)
    django.setup()


def run(command: list[str], variables: Mapping[str, str], *, name: str) -> None:
    """Run a command of the set-up; its output goes to a log, the end of which is shown when it fails."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"{name}.log"
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=ROOT, env=clean(variables), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n" + "\n".join(log.read_text().splitlines()[-20:]))


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """This environment without DEBUG, with these variables."""
    return {name: value for name, value in os.environ.items() if name not in {"DEBUG", "DEMO"}} | dict(variables)


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Served:
    """A web server that answers."""

    name: str
    port: int
    pid: int


@contextlib.contextmanager
def web_server(
    name: str, application: str, variables: Mapping[str, str], *, python: Path | str = sys.executable, path: str = "/"
) -> Iterator[Served]:
    """gunicorn with two sync workers on loopback, as bin/demo runs it, until the block ends."""
    port = free_port()
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--no-control-socket", "--log-level", "error"]
    with (FOLDER / f"web-{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=clean(variables), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for(port, path, process)
        yield Served(name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise SystemExit(f"The web server ended; see the logs in {FOLDER}.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web server does not answer.")


def workers_of(pid: int) -> list[int]:
    """The worker processes of a gunicorn."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def backends() -> list[int]:
    """The processes of the bench's PostgreSQL that serve a connection."""
    main = int((FOLDER / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return [int(each) for each in children if _command(each).startswith(CLIENTS)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time these processes have used so far."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        except OSError:
            continue
    return total / 1e9


def loaded_modules(pid: int, part: str) -> list[str]:
    """Libraries mapped into a process whose path holds ``part``."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return sorted({line.split()[-1] for line in maps if part in line})


def description() -> dict[str, str]:
    """The machine, for the record."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "load": " ".join(f"{each:.1f}" for each in os.getloadavg()),
        "at": time.strftime("%Y-%m-%d %H:%M"),
    }


def database_name(url: str) -> str:
    """The name in a database URL."""
    return urlsplit(url).path.lstrip("/")
