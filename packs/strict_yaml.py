"""YAML cut down to what a pack needs, read without building or expanding anything.

Tables, lists, text, whole numbers, true and false, and dates. No tags, no anchors, no merging, no key
twice; `yes`, `no` and `on` are words. A fault is said in words that the writer of the file can act on.
"""

import re
from datetime import date
from typing import Protocol

import yaml

DEPTH_LIMIT = 12

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Line breaks, control characters, and what hides or turns round text."""


class _Parser(Protocol):
    def get_event(self) -> yaml.Event: ...

    def dispose(self) -> None: ...


def _open_parser(content: str) -> _Parser:
    # The C parser reads a pack ten times faster; the pure Python one is there where it was not built.
    opened: _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(content)
    return opened


class PackError(Exception):
    """A pack cannot be used. Says in which file, at which key, and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        place = f"{file}, at {key}" if key else file
        super().__init__(f"Policy pack {place}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


def parse(content: str, name: str) -> object:
    """The value that a text in YAML stands for; `name` is how messages call the file. Raises PackError."""
    parser: _Parser | None = None
    try:
        parser = _open_parser(content)
        return _document(parser, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise PackError(name, place, f"is not written as YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError:
        raise PackError(name, "", "is not written as YAML: it holds characters that YAML forbids.") from None
    finally:
        if parser is not None:
            parser.dispose()


class _Open:
    """A table or list whose end has not come yet."""

    __slots__ = ("items", "key", "path")

    def __init__(self, items: dict[str, object] | list[object], path: str) -> None:
        self.items = items
        self.path = path
        self.key: str | None = None
        """In a table, the key that waits for its value."""

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None

    def path_to_next(self) -> str:
        name = str(len(self.items) + 1) if self.key is None else self.key
        return f"{self.path}.{name}" if self.path else name

    def put(self, value: object) -> None:
        if isinstance(self.items, list):
            self.items.append(value)
        elif self.key is not None:
            self.items[self.key] = value
            self.key = None


def _document(parser: _Parser, name: str) -> object:
    """Builds the value from the parser's events, so that nothing is ever expanded or constructed."""
    result: object = None
    documents = 0
    stack: list[_Open] = []
    while True:
        event = parser.get_event()
        match event:
            case yaml.StreamEndEvent():
                return result
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise PackError(name, _line(event), "holds a second document (a line of three dashes).")
                continue
            case yaml.AliasEvent():
                raise PackError(name, _line(event), "refers to an anchor (*); write the text out instead.")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                stack.pop()
                continue
            case yaml.ScalarEvent() | yaml.CollectionStartEvent():
                _refuse_extras(event, name)
            case _:
                continue
        top = stack[-1] if stack else None
        if top is not None and top.awaits_key:
            top.key = _new_key(event, name, top)
            continue
        value: object
        opened: _Open | None = None
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, name)
        else:
            items: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
            opened = _Open(items, top.path_to_next() if top else "")
            value = items
        if top is None:
            result = value
        else:
            top.put(value)
        if opened is not None:
            if len(stack) >= DEPTH_LIMIT:
                raise PackError(name, _line(event), f"is nested more than {DEPTH_LIMIT} levels deep.")
            stack.append(opened)


def _refuse_extras(event: yaml.ScalarEvent | yaml.CollectionStartEvent, name: str) -> None:
    if event.anchor is not None:
        raise PackError(name, _line(event), f"has an anchor (&{event.anchor}); anchors are not used here.")
    if event.tag is not None:
        raise PackError(name, _line(event), f"has a tag ({event.tag}); tags are not used here.")


def _new_key(event: yaml.Event, name: str, table: _Open) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise PackError(name, _line(event), "a key must be a word, not a list or table.")
    key: str = event.value
    if key == "<<" or not key.strip() or len(key) > 64 or INVISIBLE.search(key):
        raise PackError(name, _line(event), "has no usable key (empty, too long, or a merge “<<”).")
    if key in table.items:
        path = f"{table.path}.{key}" if table.path else key
        raise PackError(name, path, f"the key is there twice (again on {_line(event)}).")
    return key


def _scalar(event: yaml.ScalarEvent, name: str) -> object:
    text: str = event.value
    if not event.implicit[0]:  # quoted or folded: a text, whatever it looks like
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise PackError(name, _line(event), f"“{text}” is not a day of the calendar.") from None
    return text


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "some line"


def kind_of(value: object) -> str:
    """What a value is, in words for a message."""
    match value:
        case None:
            return "left empty"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case str():
            return "a text"
        case date():
            return "a date"
        case list():
            return "a list"
        case _:
            return "a table"
