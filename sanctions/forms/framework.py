"""What was typed into the editor of the framework: its parts in their order, and the button that was pressed.

Nothing here saves, and nothing that was typed is lost: what cannot be is said by ``rules.frameworks.faults``.
"""

import re

from django.http import QueryDict

from packs.schema import GRADES, LOOK_BACKS, NATURES, POSTS, Grade, LookBack, Post
from sanctions.rules.editing import TypedBreach, TypedCategory, TypedLine, TypedObligation, TypedSanction
from sanctions.rules.frameworks import MAX_BREACHES, MAX_OWN_OBLIGATIONS

# More than may be published, so that nobody loses what they typed; fewer than would choke the page.
_MOST_BREACHES = MAX_BREACHES * 2
_MOST_OBLIGATIONS = MAX_OWN_OBLIGATIONS * 2
_MOST_LINES = 300
_ACTION = re.compile(r"(out|out-obligation|out-line)-([0-9]{1,3})")
_NUMBER = re.compile(r"[0-9]{1,9}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CLAUSE = re.compile(r"[a-z][a-z0-9_]{0,39}\.[0-9]{1,4}")


class Typed:
    """A page of the editor as it was posted.

    ``action``: ``save``, ``back``, ``add`` (a breach), ``add-obligation``, ``add-line``; ``out``,
    ``out-obligation`` or ``out-line`` with ``place``.
    """

    def __init__(self, data: QueryDict) -> None:
        self._data = data
        found = _ACTION.fullmatch(data.get("action", ""))
        self.action = found[1] if found else data.get("action", "")
        self.place = int(found[2]) if found else -1

    @property
    def edition(self) -> int:
        """The edition of the draft that was on the page."""
        return self._number("edition") or 0

    @property
    def note(self) -> str:
        """What is new, in a line."""
        return self._line("note")

    def category(self, grade: Grade) -> TypedCategory:
        """The page of one category, after the button has done its work."""
        breaches = [
            self._breach(number, grade)
            for number in range(_MOST_BREACHES)
            if f"breach-{number}-text" in self._data and not (self.action == "out" and self.place == number)
        ]
        if self.action == "add" and len(breaches) < _MOST_BREACHES:
            breaches.append(TypedBreach("", "", (), None, grade))
        obligations = [
            self._obligation(number)
            for number in range(_MOST_OBLIGATIONS)
            if f"obligation-{number}-text" in self._data
            and not (self.action == "out-obligation" and self.place == number)
        ]
        if self.action == "add-obligation" and len(obligations) < _MOST_OBLIGATIONS:
            obligations.append(TypedObligation("", "", None, "coordinator", False, False, False))
        return TypedCategory(
            meaning=self._line("meaning"),
            enabled="enabled" in self._data,
            breaches=tuple(breaches),
            sanctions=tuple(each for each in self._data.getlist("sanctions") if _CODE.fullmatch(each)),
            obligations=tuple(obligations),
        )

    @property
    def lands_on(self) -> str:
        """The part of the page that whoever pressed the button wants to see next."""
        return {
            "add": "#add-breach",
            "out": "#breaches",
            "add-obligation": "#add-obligation",
            "out-obligation": "#obligations",
            "add-line": "#add-line",
            "out-line": "#lines",
        }.get(self.action, "")

    @property
    def sanction(self) -> TypedSanction:
        """A sanction of the school's own."""
        return TypedSanction(
            text=self._line("text"),
            ends="ends" in self._data,
            head_only="head_only" in self._data,
            counts_as_warning="counts_as_warning" in self._data,
            specify="specify" in self._data,
            tells=self._post("tells"),
        )

    @property
    def look_back(self) -> tuple[LookBack, int | None]:
        """What counts, and how many days where it is a number of them."""
        said = self._data.get("look_back", "")
        chosen = said if said in LOOK_BACKS else "school_year"
        # No number is kept as none, which is said to be missing.
        return chosen, self._number("days")

    @property
    def lines(self) -> tuple[TypedLine, ...]:
        """What the form suggests, a breach a line, after the button has done its work."""
        found = [
            self._suggestion(number)
            for number in range(_MOST_LINES)
            if f"line-{number}-answer" in self._data and not (self.action == "out-line" and self.place == number)
        ]
        if self.action == "add-line" and len(found) < _MOST_LINES:
            found.append(TypedLine("", "", None, ""))
        return tuple(found)

    def _breach(self, number: int, grade: Grade) -> TypedBreach:
        name = f"breach-{number}"
        said = self._data.get(f"{name}-grade", "")
        return TypedBreach(
            code=self._code(f"{name}-code"),
            text=self._line(f"{name}-text"),
            clauses=tuple(
                dict.fromkeys(each for each in self._data.getlist(f"{name}-clauses") if _CLAUSE.fullmatch(each))
            ),
            persists_from=self._code(f"{name}-persists") or None,
            grade=said if said in GRADES else grade,
        )

    def _obligation(self, number: int) -> TypedObligation:
        name = f"obligation-{number}"
        return TypedObligation(
            code=self._code(f"{name}-code"),
            text=self._line(f"{name}-text"),
            within_hours=self._number(f"{name}-hours"),
            owner=self._post(f"{name}-owner") or "coordinator",
            at_once=f"{name}-at_once" in self._data,
            once=f"{name}-once" in self._data,
            records_decision=f"{name}-decision" in self._data,
        )

    def _suggestion(self, number: int) -> TypedLine:
        name = f"line-{number}"
        field, _, option = self._data.get(f"{name}-answer", "").partition(".")
        known = bool(_CODE.fullmatch(field) and _CODE.fullmatch(option))
        nature = self._data.get(f"{name}-nature", "")
        return TypedLine(
            field=field if known else "",
            option=option if known else "",
            nature=nature if nature in NATURES else None,
            breach=self._code(f"{name}-breach"),
        )

    def _post(self, name: str) -> Post | None:
        said = self._data.get(name, "")
        return said if said in POSTS else None

    def _code(self, name: str) -> str:
        said = self._data.get(name, "")
        return said if _CODE.fullmatch(said) else ""

    def _number(self, name: str) -> int | None:
        said = self._data.get(name, "").strip()
        return int(said) if said.isascii() and _NUMBER.fullmatch(said) else None

    def _line(self, name: str) -> str:
        return " ".join(self._data.get(name, "").replace("\x00", "").split())
