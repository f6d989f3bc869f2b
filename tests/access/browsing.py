"""Asking as a persona: every request against the world as it was made, with chance and time held still."""

import io
import traceback
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from tests import factories
from tests.access.chance import chance_of
from tests.access.personas import Persona
from tests.access.world import World, put_back

# An unmasked secret: Django takes it as cookie and as token.
CSRF_SECRET = "k" * 32
UNSAFE = frozenset({"POST", "PUT", "DELETE"})
_OF_THE_PACKING = frozenset({"Content-Length"})
_HANDLER = ClientHandler(enforce_csrf_checks=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole. ``failure``: the exception behind a 500."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes
    failure: str = ""

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("Location", "")

    @property
    def is_page(self) -> bool:
        """Whether it is HTML."""
        return self.headers.get("Content-Type", "").startswith("text/html")


def _logged_in(world: World, persona: Persona) -> Client:
    with chance_of(f"log-in of {persona.key}"):
        return factories.schools.log_in_user(world.user(persona))


def _is_packed(body: bytes) -> bool:
    return body.startswith(b"PK\x03\x04")


def _unpacked(body: bytes) -> bytes:
    """What is in a spreadsheet. Its packing carries the moment at which temporary files were written."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return b"\n".join(name.encode() + b"\n" + packed.read(name) for name in packed.namelist())


class Browser(RequestFactory):
    """Somebody's browser. ``ask`` leaves no trace; ``go`` does, for steps that belong together."""

    def __init__(self, world: World, persona: Persona) -> None:
        super().__init__()
        self.persona = persona
        if persona.logs_in:
            self.cookies.load({name: morsel.value for name, morsel in _logged_in(world, persona).cookies.items()})
        self.cookies[settings.CSRF_COOKIE_NAME] = CSRF_SECRET
        self.steps = 0

    @contextmanager
    def no_trace(self) -> Iterator[None]:
        """Steps that belong together: each finds what the one before has left, and at the end nothing has happened."""
        self.steps = 0
        with put_back():
            yield

    def ask(self, method: str, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        """One request that leaves no trace."""
        with self.no_trace():
            return self.go(method, path, data, **options)

    def go(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        token: bool = True,
        extra: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request in the current transaction, with the CSRF token unless told otherwise. No cookie is kept."""
        headers = {"HTTP_X_CSRFTOKEN": CSRF_SECRET} if token and method in UNSAFE else {}
        headers |= extra or {}
        failures: list[str] = []

        def note(**told: Any) -> None:
            failures.append(traceback.format_exc(limit=-4))

        got_request_exception.connect(note, weak=False, dispatch_uid="browsing")
        try:
            self.steps += 1
            with chance_of(f"{self.persona.key} {self.steps} {method} {path}"):
                call = getattr(self, method.lower())
                body_given = {"data": dict(data or {})} if method in {"GET", "HEAD", "POST"} else {}
                response = call(path, **body_given, **headers)
                body = b"".join(response) if response.streaming else response.content
        finally:
            got_request_exception.disconnect(dispatch_uid="browsing")
        return Answer(
            response.status_code,
            {
                name: value
                for name, value in response.headers.items()
                if name not in _OF_THE_PACKING or not _is_packed(body)
            },
            tuple(morsel.OutputString() for _, morsel in sorted(response.cookies.items())),
            _unpacked(body) if _is_packed(body) else body,
            failures[0] if failures else "",
        )

    def request(self, **request: Any) -> Any:
        return _HANDLER(self._base_environ(**request))
