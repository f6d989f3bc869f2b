"""One form field for each kind of field in a pack's form: it parses a shape, and rules.answers judges the answer.

``required`` on these fields only decides whether a label says "(optional)"; no field refuses anything by itself
but what has no shape at all (a day that does not exist, a time that is none).
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from incidents.forms.times import NoTime, tidy_time
from packs.schema import LONG_TEXT_MAX_LENGTH, FormField, Option
from schools.widgets import DayMonthYearField, LongTextField


class DayField(DayMonthYearField):
    """A day; the answer is ``YYYY-MM-DD``."""

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""


class TimeField(forms.CharField):
    """A time of day; the answer is ``HH:MM``."""

    widget = forms.TimeInput

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""

    def run_validators(self, value: Any) -> None:
        """Left to rules.answers."""

    def to_python(self, value: Any) -> str:
        try:
            return tidy_time(super().to_python(value) or "")
        except NoTime as wrong:
            raise ValidationError(str(wrong), code="invalid") from wrong


class TextField(forms.CharField):
    """A line of text."""

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""

    def run_validators(self, value: Any) -> None:
        """Left to rules.answers: Django's own words for NUL mean nothing to a teacher."""


class StoryField(LongTextField):
    """Several paragraphs. ``max_length`` is for the counter below it alone, and cuts nothing off."""

    def __init__(self, *, max_length: int = LONG_TEXT_MAX_LENGTH, rows: int = 5, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": rows}), **options)
        self.max_length = max_length

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""

    def run_validators(self, value: Any) -> None:
        """Left to rules.answers."""


class LinesField(StoryField):
    """One thing a line; the answer is a list without empty lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(rows=rows, **options)
        # No limit of characters is shown: what counts is the lines.
        self.max_length = None

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value) or ""
        return list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))


class OneOfField(forms.ChoiceField):
    """One of several options. One that is not there is passed on, so that rules.answers says so."""

    widget = forms.RadioSelect

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""


class SeveralOfField(forms.MultipleChoiceField):
    """Any number of options, each once however often it is posted."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().to_python(value)))


class TickField(forms.BooleanField):
    """One box to tick."""

    def validate(self, value: Any) -> None:
        """Left to rules.answers."""


def sentence(label: str) -> str:
    """A printed label at the beginning of a line on the screen: with a capital letter."""
    return label[:1].upper() + label[1:]


def choices_of(options: tuple[Option, ...]) -> list[tuple[str, str]]:
    """The options of a field as choices, in printed order."""
    return [(option.code, sentence(option.label)) for option in options]


def fields_for(question: FormField) -> dict[str, forms.Field]:
    """The form field of a question, and those for the texts that its options ask for, by their answers' keys."""
    fields = {question.key: _field_for(question)}
    for option in question.options:
        if option.specify_key:
            fields[option.specify_key] = TextField(label=option.specify_label, required=True)
    return fields


def _field_for(question: FormField) -> forms.Field:
    common: dict[str, Any] = {
        "label": sentence(question.label),
        "help_text": question.hint,
        "required": question.required,
    }
    match question.kind:
        case "date":
            return DayField(**common)
        case "time":
            widget = forms.TimeInput({"autocomplete": "off"})
            return TimeField(**common, widget=widget)
        case "text":
            return TextField(**common)
        case "long_text":
            return StoryField(**common, max_length=question.max_length or LONG_TEXT_MAX_LENGTH)
        case "urls":
            return LinesField(**common)
        case "choice":
            return OneOfField(**common, choices=choices_of(question.options))
        case "yes_no":
            return OneOfField(**common, choices=[*choices_of(question.options), ("", "Not known")])
        case "multiple":
            return SeveralOfField(**common, choices=choices_of(question.options))
        case "tick":
            return TickField(**common)
        case "people":
            raise TypeError("People are asked for by a page of their own, or by lines of names.")
