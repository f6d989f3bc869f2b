"""What the school says of itself, and the passphrase of its reports."""

import unicodedata
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms

from schools.forms.layout import DayField, bare
from schools.models import School
from schools.services.school import PASSPHRASE_MAX_BYTES, PASSPHRASE_MIN_LENGTH, PassphraseTooLong, SchoolDetails

PASSPHRASE_MAX_LENGTH = 120


class DetailsForm(forms.Form):
    """What the school says of itself and of its officer; it is printed on every report."""

    name = forms.CharField(label="Name of the school", max_length=200)
    address = forms.CharField(
        label="Address", max_length=500, widget=forms.Textarea({"rows": 4}), help_text="As it is printed on the form."
    )
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="Email of the school", required=False)
    authority_name = forms.CharField(label="Local authority", max_length=200, required=False)
    officer_name = forms.CharField(label="Name of the officer", max_length=200, required=False)

    helper = bare(
        Fieldset("The school", "name", "address", "phone", "email", css_class="form-section"),
        Fieldset("The local authority's officer", "authority_name", "officer_name", css_class="form-section"),
    )

    @classmethod
    def of(cls, school: School, data: Any = None) -> "DetailsForm":
        """The form, filled with what the school says now."""
        return cls(data, initial={name: getattr(school, name) for name in SchoolDetails.__slots__})

    @property
    def details(self) -> SchoolDetails:
        """What a valid form says."""
        said = {name: value.replace("\r\n", "\n") for name, value in self.cleaned_data.items()}
        return SchoolDetails(**said)


class PassphraseForm(forms.Form):
    """The passphrase that was agreed with the officer. It is shown while it is typed: it must be told on."""

    passphrase = forms.CharField(
        label="Passphrase",
        min_length=PASSPHRASE_MIN_LENGTH,
        max_length=PASSPHRASE_MAX_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=f"At least {PASSPHRASE_MIN_LENGTH} characters. Tell it to the officer by telephone, never by email.",
        error_messages={
            "required": "Type the passphrase, or have one suggested.",
            "min_length": f"Use at least {PASSPHRASE_MIN_LENGTH} characters, for example four or five words.",
        },
    )
    helper = bare()

    def clean_passphrase(self) -> str:
        """In bytes and not in letters: an encrypted PDF takes 127 of them."""
        typed: str = self.cleaned_data["passphrase"]
        if len(unicodedata.normalize("NFKC", typed).encode()) > PASSPHRASE_MAX_BYTES:
            raise forms.ValidationError(str(PassphraseTooLong()))
        return typed


class TermForm(forms.Form):
    """A term of the school year."""

    name = forms.CharField(label="Name", max_length=60, help_text="For example Autumn term 2026/27.")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")
    helper = bare()
