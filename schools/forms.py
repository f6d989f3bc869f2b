"""The school's own forms, and the administrator's form for a new member."""

import unicodedata
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms

from schools.addresses import UnsafeAddress, safe_address
from schools.models import School
from schools.roles import MEMBERSHIP_ROLES, POSTS, ROLE_NAMES, Role
from schools.services import (
    PASSPHRASE_MAX_BYTES,
    PASSPHRASE_MIN_LENGTH,
    NewMember,
    PassphraseTooLong,
    SchoolDetails,
)

PASSPHRASE_MAX_LENGTH = 120


def _bare(*layout: Any) -> FormHelper:
    """The page writes the form's own tags and button."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


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
    officer_email = forms.EmailField(
        label="Email of the officer",
        required=False,
        help_text="Reports go to this address alone. Check it with the officer by telephone before you change it.",
    )

    helper = _bare(
        Fieldset("The school", "name", "address", "phone", "email", css_class="form-section"),
        Fieldset(
            "The local authority's officer", "authority_name", "officer_name", "officer_email", css_class="form-section"
        ),
    )

    def clean_officer_email(self) -> str:
        """The same rule as when a report is sent, so that nobody finds out only then."""
        typed: str = self.cleaned_data["officer_email"]
        try:
            if typed:
                safe_address(typed)
        except UnsafeAddress as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return typed

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
    helper = _bare()

    def clean_passphrase(self) -> str:
        """In bytes and not in letters: an encrypted PDF takes 127 of them."""
        typed: str = self.cleaned_data["passphrase"]
        if len(unicodedata.normalize("NFKC", typed).encode()) > PASSPHRASE_MAX_BYTES:
            raise forms.ValidationError(str(PassphraseTooLong()))
        return typed


class WelcomeForm(forms.Form):
    """Somebody to whom the service administrator gives access to a school."""

    email = forms.EmailField(label="Email address")
    given_name = forms.CharField(max_length=100)
    family_name = forms.CharField(max_length=100)
    role = forms.ChoiceField(choices=[(role.value, ROLE_NAMES[role]) for role in MEMBERSHIP_ROLES])
    post = forms.ChoiceField(
        required=False,
        choices=[("", "none"), *((role.value, ROLE_NAMES[role]) for role in POSTS)],
        help_text="A further post of somebody who is there already is added in the same way.",
    )
    starts_on = forms.DateField(label="From", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("post") and cleaned.get("role") in {Role.PARENT, Role.PUPIL}:
            self.add_error("post", "A post is held by a member of staff or a governor.")
        return cleaned

    @property
    def member(self) -> NewMember:
        """What a valid form says."""
        said = self.cleaned_data
        return NewMember(
            email=said["email"],
            given_name=said["given_name"].strip(),
            family_name=said["family_name"].strip(),
            role=Role(said["role"]),
            post=Role(said["post"]) if said["post"] else None,
            starts_on=said["starts_on"],
        )
