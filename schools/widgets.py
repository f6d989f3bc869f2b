"""Fields of all forms that Django does not bring: a date in three parts and a long text that is never cut off."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

_PARTS = ("day", "month", "year")


class DayMonthYear(forms.MultiWidget):
    """A date typed as three numbers. Posted as name_day, name_month and name_year; shows back what was typed."""

    template_name = "components/widgets/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        digits = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            {
                part: forms.TextInput({**digits, "maxlength": "4" if part == "year" else "2", **(attrs or {})})
                for part in _PARTS
            }
        )

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):
            try:
                value = datetime.date.fromisoformat(value)
            except ValueError:
                return ["", "", ""]
        if isinstance(value, datetime.date):
            return [str(value.day), str(value.month), f"{value.year:04d}"]
        return ["", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        typed = super().value_from_datadict(data, files, name)
        return [str(part or "").strip() for part in typed]

    def id_for_label(self, id_: str) -> str:
        """The day, so that a link in the error summary lands where typing begins."""
        return f"{id_}_0" if id_ else ""


class DayMonthYearField(forms.DateField):
    """A date in three parts, with one plain message for what is wrong with it."""

    widget = DayMonthYear
    default_error_messages = {
        "required": "Give the date.",
        "missing": "Give the %(parts)s as well.",
        "year": "Give the year in four figures, such as %(example)s.",
        "invalid": "That day does not exist.",
    }

    def to_python(self, value: Any) -> datetime.date | None:
        if not isinstance(value, (list, tuple)):
            return super().to_python(value)
        typed = dict(zip(_PARTS, value, strict=False))
        if not any(typed.values()):
            return None
        missing = [part for part in _PARTS if not typed.get(part)]
        if missing:
            raise ValidationError(
                self.error_messages["missing"], code="missing", params={"parts": " and the ".join(missing)}
            )
        # isascii, because isdecimal alone lets other scripts' digits pass and the limit is on what people type.
        if not all(part.isascii() and part.isdecimal() for part in typed.values()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if len(typed["year"]) != 4:
            example = timezone.localdate().year
            raise ValidationError(self.error_messages["year"], code="year", params={"example": example})
        try:
            return datetime.date(int(typed["year"]), int(typed["month"]), int(typed["day"]))
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class LongTextField(forms.CharField):
    """Several paragraphs. The browser is not told the limit, for it would cut a pasted text off without a word."""

    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str | None:
        # A browser sends each line break as two characters; one counts, as it does on the screen.
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text
