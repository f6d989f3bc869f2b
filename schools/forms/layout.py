"""How the forms of this app are drawn, and the fields that several of them have."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from schools.addresses import UnsafeAddress, safe_address
from schools.widgets import DayMonthYearField

NAME_MAX_LENGTH = 100
# Days far from now are slips of the pen.
_EARLIEST = date(1950, 1, 1)
_YEARS_AHEAD = 5


def bare(*layout: Any) -> FormHelper:
    """The page writes the form's own tags and button."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


class AddressField(forms.EmailField):
    """An email address that a mail of ours can be sent to."""

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        try:
            return safe_address(typed) if typed else ""
        except UnsafeAddress:
            raise forms.ValidationError("This is not an email address that we can write to.") from None


class NameField(forms.CharField):
    """A given or family name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=NAME_MAX_LENGTH, widget=forms.TextInput({"autocomplete": "off"}), **options)


class DayField(DayMonthYearField):
    """A first or last day: three numbers, and no slip of the pen."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not _EARLIEST <= day <= _latest():
            raise forms.ValidationError("Look at the year again.", code="year")
        return day


def _latest() -> date:
    return date(timezone.localdate().year + _YEARS_AHEAD, 12, 31)
