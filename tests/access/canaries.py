"""Fifty names and phrases that exist nowhere else, and where one looks for them."""

import base64
import json
import pickle
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import redis
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

_HEADS = ("Quor", "Zeph", "Vash", "Plim", "Dorv")
_TAILS = ("andel", "ithrop", "uxley", "ombard", "ekworth", "iskell", "arvane", "ochtry", "ellwick", "yndle")
CANARIES = tuple(head + tail for head in _HEADS for tail in _TAILS)
_ADDRESSES = re.compile(
    r"""\s(?:href|src|action|formaction|hx-[a-z]+|data-[a-z-]*(?:url|autosave)[a-z-]*)="([^"]*)\""""
)
_TITLES = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_IN_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{16,}")


def found_in(*texts: str) -> set[str]:
    """Those that stand in any of these texts, whatever their capitals, also written for an address or in base64."""
    found: set[str] = set()
    for text in texts:
        decoded = "\n".join(_decoded(text))
        whole = f"{text}\n{unquote_plus(text)}\n{decoded}".lower()
        found |= {each for each in CANARIES if each.lower() in whole}
    return found


def _decoded(text: str) -> Iterator[str]:
    for each in _IN_BASE64.findall(text):
        try:
            yield base64.urlsafe_b64decode(each.replace("+", "-").replace("/", "_") + "=" * (-len(each) % 4)).decode()
        except ValueError:
            continue


@dataclass
class Planting:
    """Hands the canaries out, each once as long as there are new ones, and keeps count."""

    given: list[str] = field(default_factory=list)

    def name(self) -> str:
        """One of them, as a family name."""
        self.given.append(CANARIES[len(self.given) % len(CANARIES)])
        return self.given[-1]

    def phrase(self) -> str:
        """One of them in a sentence."""
        return f"What {self.name()} said went round the class."


class Watched(Client):
    """A browser that keeps, of every answer, what other people might get to see: addresses, titles, headers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(raise_request_exception=False, **options)
        self.addresses: list[str] = []
        self.titles: list[str] = []
        self.said: list[str] = []
        self.statuses: list[int] = []

    def request(self, **asked: Any) -> Any:
        response: HttpResponseBase = super().request(**asked)
        self.statuses.append(response.status_code)
        self.said += [f"{name}: {value}" for name, value in response.items()]
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            page = response.content.decode()  # type: ignore[attr-defined]
            self.addresses += _ADDRESSES.findall(page)
            self.titles += _TITLES.findall(page)
        return response


def dump_of_redis(url: str) -> str:
    """Every key and value; the bodies of Celery's messages as they were before they were packed."""
    said: list[str] = []
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            said.append(repr(key))
            said += [_unpacked(value) for value in _values(client, key)]
    return "\n".join(said)


def _values(client: Any, key: bytes) -> Iterable[bytes]:
    match client.type(key):
        case b"list":
            return client.lrange(key, 0, -1)
        case b"hash":
            return [part for pair in client.hgetall(key).items() for part in pair]
        case b"set":
            return client.smembers(key)
        case b"zset":
            return client.zrange(key, 0, -1)
        case _:
            return [client.get(key) or b""]


def _unpacked(value: bytes) -> str:
    text = value.decode(errors="replace")
    try:
        message = json.loads(text)
    except ValueError:
        return text
    if isinstance(message, list):
        message = next((each for each in message if isinstance(each, dict)), {})
    body = message.get("body", "") if isinstance(message, dict) else ""
    return text + "\n" + (base64.b64decode(body).decode() if body else "")


def dump_of_caches() -> str:
    """What the caches of this process and of the database hold."""
    said: list[str] = []
    for name in settings.CACHES:
        cache = caches[name]
        if isinstance(cache, LocMemCache):
            said += [f"{key} {pickle.loads(value)!r}" for key, value in cache._cache.items()]  # type: ignore[attr-defined] # noqa: S301
        elif isinstance(cache, DatabaseCache):
            said.append(dump_of_table(cache._table))
    return "\n".join(said)


def dump_of_table(table: str) -> str:
    """Every row of a table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, E'\\n') FROM \"{table}\" t")  # noqa: S608
        return cursor.fetchone()[0] or ""
