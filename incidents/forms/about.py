"""Whether a case is about somebody who works at the school or governs it: what decides who is told. Duties R4, R5, R7.

Asked of whoever reports or logs an incident, and of whoever handles it when it turns out to be otherwise.
"""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Field
from django import forms

from incidents.forms.fields import OneOfField
from incidents.rules.answers import UNSTORABLE
from schools.roles import Role
from schools.widgets import LongTextField

REASON_MAX_LENGTH = 2_000
# What the form says where the case is about nobody here; a case keeps nothing then.
NOBODY = "nobody"
ABOUT_LABELS: dict[str, str] = {
    NOBODY: "No, nobody who works here",
    "staff": "A member of staff",
    Role.COORDINATOR.value: "The online safety co-ordinator",
    Role.DSL.value: "The designated safeguarding lead",
    Role.HEAD_TEACHER.value: "The head teacher",
    "governor": "A governor",
    Role.CHAIR_OF_GOVERNORS.value: "The chair of governors",
}
CHOOSE = "Say whether it is about somebody who works here, so that the right person is told."


class ToldRadios(forms.RadioSelect):
    """The answers, each with the words for who is told then; they are shown below the one that is chosen."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__()
        self.told = told

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        words = self.told.get(str(value), "")
        if words:
            option["told"] = words
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_told"
        return option


class AboutField(OneOfField):
    """One of the seven answers; must be given, for who is told hangs on it. ``told``: the words, by answer."""

    def __init__(self, told: Mapping[str, str], **options: Any) -> None:
        super().__init__(
            widget=ToldRadios(told),
            label="Is this about somebody who works here, or a governor?",
            help_text="It decides who is told, and who is not.",
            choices=list(ABOUT_LABELS.items()),
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
            **options,
        )

    def validate(self, value: Any) -> None:
        """No pack's form has this question, so it is judged here."""
        forms.ChoiceField.validate(self, value)


def about_layout(name: str = "about") -> Field:
    """The question with, under the answer that is chosen, who is told then."""
    return Field(name, template="incidents/about/question.html")


def code_of(typed: Any) -> str:
    """What a case keeps of the answer: empty where it is about nobody here, or is no answer."""
    return str(typed) if typed in ABOUT_LABELS and typed != NOBODY else ""


def typed_of(code: str) -> str:
    """How a case's answer stands in the form."""
    return code or NOBODY


class ReasonField(LongTextField):
    """Why something is done that stays on the record with a name beside it."""

    def __init__(self, *, label: str, missing: str, help_text: str = "", rows: int = 4) -> None:
        super().__init__(
            label=label,
            help_text=help_text or "It stays on the record with your name.",
            max_length=REASON_MAX_LENGTH,
            widget=forms.Textarea({"rows": rows}),
            error_messages={
                "required": missing,
                "max_length": f"Shorten this to {REASON_MAX_LENGTH:,} characters; it has %(show_value)d.",
                "null_characters_not_allowed": UNSTORABLE,
            },
        )
