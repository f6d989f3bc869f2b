"""The framework's editor as somebody at a keyboard has it: what its fields say, changed in part, sent by a button."""

import html
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

Typed = dict[str, list[str]]


class _Fields(HTMLParser):
    """The successful controls of every form in the page's main part that has an edition."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Typed] = []
        self._form: Typed | None = None
        self._select = ""
        self._first: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and said.get("type") in {"checkbox", "radio"}:
            if "checked" in said:
                self._form.setdefault(said["name"], []).append(said["value"])
        elif tag == "input" and said.get("name"):
            self._form.setdefault(said["name"], []).append(said.get("value", ""))
        elif tag == "select":
            self._select, self._first, self._chosen = said["name"], None, None
        elif tag == "option":
            self._first = said["value"] if self._first is None else self._first
            self._chosen = said["value"] if "selected" in said else self._chosen

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._form is not None:
            chosen = self._first if self._chosen is None else self._chosen
            self._form.setdefault(self._select, []).append(chosen or "")


def fields(page: str) -> Typed:
    """The fields of the editor: of the form with the most of them that has an edition."""
    parser = _Fields()
    parser.feed(page)
    forms = [each for each in parser.forms if "edition" in each]
    return max(forms, key=len) if forms else {}


class Editor:
    """One tab."""

    def __init__(self, client: Client, name: str, *parts: object) -> None:
        self.client, self.address = client, reverse(f"sanctions:{name}", args=parts)
        self.answer: Any = None
        self.typed: Typed = {}
        self.open()

    def open(self) -> "Editor":
        return self._shown(self.client.get(self.address))

    def press(self, action: str, **changes: str | list[str]) -> "Editor":
        """Type over some fields, press a button and look where it leads."""
        typed = {**self.typed, **{name: each if isinstance(each, list) else [each] for name, each in changes.items()}}
        return self._shown(self.client.post(self.address, {**typed, "action": action}, follow=True))

    @property
    def page(self) -> str:
        return html.unescape(self.answer.content.decode())

    def _shown(self, answer: Any) -> "Editor":
        self.answer = answer
        self.typed = fields(answer.content.decode())
        return self
