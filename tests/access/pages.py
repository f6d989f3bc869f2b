"""What can be followed and filled in on a page: its links, its forms, and what stands in their fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.conf import settings

Pairs = tuple[tuple[str, str], ...]
_TEXTUAL = frozenset({"text", "search", "email", "tel", "url", ""})


@dataclass
class Form:
    """A form: where it goes, what its fields say, which of them are for words, and the buttons that send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def sendings(self, words: str) -> Iterator[tuple[str, Pairs]]:
        """Each way to send it, as address and pairs: once a button, its empty fields for words filled."""
        filled = [(name, value or (words if name in self.words else "")) for name, value in self.fields]
        for name, value, elsewhere in self.buttons or [("", "", "")]:
            yield elsewhere or self.action, (*filled, *([(name, value)] if name else []))


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.names: set[str] = set()
        self.form: Form | None = None
        self.select = ""
        self.option: str | None = None
        self.textarea: list[str] | None = None
        self.textarea_name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(self._absolute(said["href"]))
        if "hx-get" in said:
            self.links.append(self._absolute(said["hx-get"]))
        if tag == "form":
            self.form = Form(self._absolute(said.get("action", "")), said.get("method", "get").upper())
            self.forms.append(self.form)
        elif self.form is not None:
            self._in_form(self.form, tag, said)

    def _absolute(self, address: str) -> str:
        return urljoin(self.path, address)

    def _in_form(self, form: Form, tag: str, said: dict[str, str]) -> None:
        # What a field posts by itself while it is typed into.
        if "hx-post" in said and tag != "form":
            form.buttons.append(("", "", self._absolute(said["hx-post"])))
        name = said.get("name", "")
        kind = said.get("type", "")
        match tag:
            case "button" if kind in {"submit", ""}:
                form.buttons.append(
                    (name, said.get("value", ""), self._absolute(said["formaction"]) if "formaction" in said else "")
                )
            case "input" if name and kind not in {"file", "submit", "button"}:
                if kind not in {"checkbox", "radio"} or "checked" in said:
                    form.fields.append((name, said.get("value", "on" if kind == "checkbox" else "")))
                if kind in _TEXTUAL:
                    form.words.add(name)
            case "select":
                self.select, self.option = name, None
            case "option" if self.select and (self.option is None or "selected" in said):
                self.option = said.get("value", "")
            case "textarea" if name:
                self.textarea_name, self.textarea = name, []

    def handle_data(self, data: str) -> None:
        if self.textarea is not None:
            self.textarea.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.form is None:
            return
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select:
            self.form.fields.append((self.select, self.option or ""))
            self.select = ""
        elif tag == "textarea" and self.textarea is not None:
            self.form.fields.append((self.textarea_name, "".join(self.textarea).removeprefix("\n")))
            self.form.words.add(self.textarea_name)
            self.textarea = None


@lru_cache(maxsize=4096)
def read(path: str, body: bytes) -> tuple[list[str], list[Form]]:
    """The links and forms of a page, those of our own pages only; log-out is left alone."""
    reader = _Reader(path)
    reader.feed(body.decode())
    links = [link.partition("#")[0] for link in reader.links]
    return [link for link in links if _is_ours(link)], [form for form in reader.forms if _is_ours(form.action)]


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return (
        not parts.scheme
        and not parts.netloc
        and parts.path.startswith("/")
        and not parts.path.startswith(settings.STATIC_URL)
    )
