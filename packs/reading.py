"""Reads the files of a pack value by value, so that every complaint names file, key and reason."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from packs.strict_yaml import INVISIBLE, PackError, kind_of, parse

__all__ = ["Node", "PackError", "Table", "codes", "read_file", "texts"]

FILE_LIMIT = 256 * 1024
TEXT_LIMIT = 2_000

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")

Word = TypeVar("Word", bound=str)


class Node:
    """A value in a file, and where it stands, so that every complaint can name the place."""

    __slots__ = ("file", "key", "value")

    def __init__(self, file: str, key: str, value: object) -> None:
        self.file = file
        self.key = key
        self.value = value

    def fault(self, reason: str) -> PackError:
        """The error to raise for this value."""
        return PackError(self.file, self.key, reason)

    def text(self) -> str:
        """A text that is not empty; raises PackError."""
        if not isinstance(self.value, str):
            raise self.fault(f"must be a text, but is {kind_of(self.value)}.")
        if not self.value.strip():
            raise self.fault("must not be empty.")
        if len(self.value) > TEXT_LIMIT:
            raise self.fault(f"is longer than {TEXT_LIMIT:,} characters.")
        text = self.value.strip()
        if INVISIBLE.search(text):
            raise self.fault("holds a line break or an invisible character.")
        return text

    def code(self) -> str:
        """A code: small letters, digits and underscores; raises PackError."""
        text = self.text()
        if not _CODE.fullmatch(text):
            raise self.fault(f"“{text}” is no code: small letters, digits and underscores, a letter first.")
        return text

    def one_of(self, words: tuple[Word, ...]) -> Word:
        """One of these words; raises PackError."""
        text = self.text()
        for word in words:
            if word == text:
                return word
        raise self.fault(f"“{text}” is not one of: {', '.join(words)}.")

    def whole_number(self, least: int, most: int) -> int:
        """A whole number in this range; raises PackError."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.fault(f"must be a whole number, but is {kind_of(self.value)}.")
        if not least <= self.value <= most:
            raise self.fault(f"must lie between {least} and {most}, but is {self.value}.")
        return self.value

    def flag(self) -> bool:
        """True or false; raises PackError."""
        if not isinstance(self.value, bool):
            raise self.fault(f"must be true or false, but is {kind_of(self.value)}.")
        return self.value

    def day(self) -> date:
        """A date written YYYY-MM-DD; raises PackError."""
        if not isinstance(self.value, date):
            raise self.fault(f"must be a date such as 2021-09-01, but is {kind_of(self.value)}.")
        return self.value

    def items(self, least: int = 0) -> list["Node"]:
        """The items of a list of at least so many, each named by its code, id or key, else its number."""
        if not isinstance(self.value, list):
            raise self.fault(f"must be a list, but is {kind_of(self.value)}.")
        if len(self.value) < least:
            raise self.fault("must not be empty." if least == 1 else f"needs at least {least} items.")
        return [
            Node(self.file, f"{self.key}.{_name_of(item, number)}", item)
            for number, item in enumerate(self.value, start=1)
        ]

    def entries(self, least: int = 0) -> list[tuple[str, "Node"]]:
        """The entries of a table whose keys are codes that the file chooses."""
        value = self._mapping()
        if len(value) < least:
            raise self.fault("must not be empty.")
        return [(key, Node(self.file, self._below(key), item)) for key, item in value.items()]

    def table(self) -> "Table":
        """A table with fixed keys, to be read in a `with` block that refuses keys nobody asked for."""
        return Table(self, self._mapping())

    def _mapping(self) -> dict[str, object]:
        if not isinstance(self.value, dict):
            raise self.fault(f"must be a table of keys and values, but is {kind_of(self.value)}.")
        return self.value

    def _below(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key


class Table:
    """A table being read. Leaving the `with` block refuses every key that was not asked for."""

    __slots__ = ("_left", "_node")

    def __init__(self, node: Node, value: dict[str, object]) -> None:
        self._node = node
        self._left = dict(value)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._left:
            key = next(iter(self._left))
            raise self.node(key, None).fault("is not a key that belongs here. Is it misspelt?")

    def node(self, key: str, value: object) -> Node:
        """A value as if it stood at this key; for complaints."""
        return Node(self._node.file, self._node._below(key), value)

    def need(self, key: str) -> Node:
        """The value of a key that must be there; raises PackError."""
        if key not in self._left:
            raise self.node(key, None).fault("is missing.")
        return self.node(key, self._left.pop(key))

    def maybe(self, key: str) -> Node | None:
        """The value of a key that may be left out."""
        return self.node(key, self._left.pop(key)) if key in self._left else None

    def text(self, key: str, default: str = "") -> str:
        """A text that may be left out."""
        node = self.maybe(key)
        return default if node is None else node.text()

    def flag(self, key: str) -> bool:
        """True or false; false when left out."""
        node = self.maybe(key)
        return False if node is None else node.flag()

    def items(self, key: str) -> list[Node]:
        """A list that may be left out, but not stand there empty."""
        node = self.maybe(key)
        return [] if node is None else node.items(least=1)


def texts(nodes: list[Node]) -> tuple[str, ...]:
    """The nodes as texts, none twice; raises PackError."""
    return tuple(text for text, _ in _unrepeated((node.text(), node) for node in nodes))


def codes(nodes: list[Node]) -> tuple[str, ...]:
    """The nodes as codes, none twice; raises PackError."""
    return tuple(code for code, _ in _unrepeated((node.code(), node) for node in nodes))


def _unrepeated(found: Iterator[tuple[str, Node]]) -> Iterator[tuple[str, Node]]:
    seen: set[str] = set()
    for name, node in found:
        if name in seen:
            raise node.fault(f"“{name}” is there twice.")
        seen.add(name)
        yield name, node


def read_file(path: Path, name: str) -> Node:
    """The top table of a file. `name` is how messages call it; raises PackError."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise PackError(name, "", "the file is missing.") from None
    except OSError as error:
        raise PackError(name, "", f"the file cannot be read ({error.strerror}).") from None
    if len(raw) > FILE_LIMIT:
        raise PackError(name, "", f"the file is larger than {FILE_LIMIT // 1024} KB.")
    try:
        content = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PackError(name, f"line {line}", "the file is not saved as UTF-8 text.") from None
    value = parse(content, name)
    if not isinstance(value, dict):
        raise PackError(name, "", f"must be a table of keys and values, but is {kind_of(value)}.")
    return Node(name, "", value)


def _name_of(item: object, number: int) -> str:
    if isinstance(item, dict):
        for key in ("code", "key", "id", "letters"):
            name = item.get(key)
            if isinstance(name, str) and name and len(name) <= 64 and not INVISIBLE.search(name):
                return name
    return str(number)
