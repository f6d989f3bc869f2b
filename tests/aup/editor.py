"""The editor as somebody at a keyboard has it: what its fields say, typed over in part and sent by a button."""

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

_FIELD = re.compile(r"<input\b(?P<input>[^>]*)>|<textarea\b(?P<area>[^>]*)>\n?(?P<text>.*?)</textarea>", re.DOTALL)
_NAMES = ("title", "preamble", "revision", "clause-", "consent-")


def fields(page: str) -> dict[str, str]:
    """The names and values of the editor's fields."""
    found: dict[str, str] = {}
    for each in _FIELD.finditer(page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', each["input"] or each["area"]))
        name = attributes.get("name", "")
        if name.startswith(_NAMES):
            value = each["text"] if each["area"] else attributes.get("value", "")
            found.setdefault(name, html.unescape(value))
    return found


class Editor:
    """One tab."""

    def __init__(self, client: Client, name: str = "edit_agreement", *parts: str) -> None:
        self.client, self.address = client, reverse(f"aup:{name}", args=parts)
        self.answer: Any = None
        self.typed: dict[str, str] = {}
        self.open()

    def open(self) -> "Editor":
        return self._shown(self.client.get(self.address))

    def press(self, action: str, **changes: str) -> "Editor":
        """Type over some fields, press a button and look where it leads."""
        return self._shown(self.client.post(self.address, {**self.typed, **changes, "action": action}, follow=True))

    @property
    def page(self) -> str:
        return html.unescape(self.answer.content.decode())

    @property
    def clauses(self) -> list[tuple[str, str]]:
        """Id and text of each clause, in their order."""
        count = sum(name.endswith("-id") for name in self.typed)
        return [(self.typed[f"clause-{n}-id"], self.typed[f"clause-{n}-text"]) for n in range(count)]

    def _shown(self, answer: Any) -> "Editor":
        self.answer = answer
        self.typed = fields(answer.content.decode())
        return self
