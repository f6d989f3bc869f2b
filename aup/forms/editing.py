"""What was typed into the editor of an agreement: its parts in their order, and the button that was pressed."""

import re
from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict

from aup.rules.campaigns import LASTS_DAYS, MAX_REMINDERS, REMINDER_DAYS, tidy_days
from aup.rules.content import MAX_CLAUSES
from aup.rules.due import WhoSigns

# More than may be published, so that nobody loses what they typed; fewer than would choke the page.
_MOST = MAX_CLAUSES * 2
_ACTION = re.compile(r"(add|out|up|down)-([0-9]{1,3})")
_REVISION = re.compile(r"[0-9]{1,9}")


class TypedText:
    """The editor as it was posted; it never saves.

    ``action``: ``save``, ``preview``, ``translate``, or one of ``add``, ``out``, ``up`` and ``down`` with the ``place``
    of the clause that it is about; -1 is before the first.
    """

    def __init__(self, data: QueryDict, codes: tuple[str, ...]) -> None:
        self._data = data
        self._codes = codes
        found = _ACTION.fullmatch(data.get("action", ""))
        self.action = found[1] if found else data.get("action", "")
        self.place = int(found[2]) - 1 if found else -1

    @property
    def revision(self) -> int:
        """The revision of the draft that was on the page; 0 where there was none."""
        typed = self._data.get("revision", "")
        return int(typed) if _REVISION.fullmatch(typed) else 0

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, in its order, after the button has done its work; a clause that is new has no id yet."""
        clauses = [
            {
                "id": self._line(f"clause-{number}-id"),
                "heading": self._line(f"clause-{number}-heading"),
                "text": self._text(f"clause-{number}-text"),
            }
            for number in range(_MOST)
            if f"clause-{number}-text" in self._data
        ]
        return {**self._plain_parts(), "clauses": self._moved(clauses)}

    @property
    def lands_on(self) -> str:
        """The part of the page that whoever pressed the button wants to see next."""
        place = self.place + {"add": 1, "up": -1, "down": 1}.get(self.action, 0)
        return f"#clause-{max(place, 0)}" if self.action in {"add", "out", "up", "down"} else ""

    def translated(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The same for a translation: the English text says of which parts it consists."""
        return {
            **self._plain_parts(),
            "clauses": [
                {
                    "id": each["id"],
                    "heading": self._line(f"clause-{number}-heading"),
                    "text": self._text(f"clause-{number}-text"),
                }
                for number, each in enumerate(content["clauses"])
            ],
        }

    def _plain_parts(self) -> dict[str, Any]:
        return {
            "title": self._line("title"),
            "preamble": self._text("preamble"),
            "consents": [{"code": code, "text": self._text(f"consent-{code}")} for code in self._codes],
        }

    def _moved(self, clauses: list[dict[str, str]]) -> list[dict[str, str]]:
        place, there = self.place, 0 <= self.place < len(clauses)
        if self.action == "add":
            heading = clauses[place]["heading"] if there else ""
            clauses.insert(place + 1, {"id": "", "heading": heading, "text": ""})
        elif self.action == "out" and there:
            del clauses[place]
        elif self.action in {"up", "down"} and there:
            other = place + (1 if self.action == "down" else -1)
            if 0 <= other < len(clauses):
                clauses[place], clauses[other] = clauses[other], clauses[place]
        return clauses

    def _text(self, name: str) -> str:
        return self._data.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()

    def _line(self, name: str) -> str:
        return " ".join(self._text(name).split())


class SettingsForm(forms.Form):
    """How the school has its agreements signed."""

    who_signs = forms.ChoiceField(
        label="Who signs for a child?",
        choices=[
            (WhoSigns.ONE.value, "One parent. A second one may sign as well, and is not asked"),
            (WhoSigns.EACH.value, "Each parent with parental responsibility"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    reminder_days = forms.CharField(
        label="When are people reminded?",
        required=False,
        max_length=60,
        help_text="Days after the invitation, with commas between them, for example "
        f"{', '.join(map(str, REMINDER_DAYS))}. Whoever has signed is not reminded. Leave it empty for no reminders.",
        widget=forms.TextInput({"inputmode": "text", "autocomplete": "off"}),
    )

    @property
    def helper(self) -> FormHelper:
        """The page writes the form's own tags and button."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    def clean_reminder_days(self) -> tuple[int, ...]:
        """Whole days from the first one after the invitation on, each once, in their order."""
        typed = [each for each in re.split(r"[\s,;]+", self.cleaned_data["reminder_days"]) if each]
        if not all(re.fullmatch(r"[0-9]{1,3}", each) for each in typed):
            raise forms.ValidationError("Write whole numbers of days, with commas between them.")
        days = {int(each) for each in typed}
        if any(not 1 <= each <= LASTS_DAYS for each in days):
            raise forms.ValidationError(f"Give days from 1 to {LASTS_DAYS}.")
        if len(days) > MAX_REMINDERS:
            raise forms.ValidationError(f"Keep it to {MAX_REMINDERS} reminders.")
        return tidy_days(days)
