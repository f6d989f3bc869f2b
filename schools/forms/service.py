"""Forms of the service administrators."""

from typing import Any

from django import forms
from django.utils import timezone

from schools.forms.layout import AddressField, DayField, NameField, bare
from schools.roles import ROLE_NAMES, Role
from schools.services.emergency import REASON_MAX_LENGTH, REASON_MIN_LENGTH
from schools.services.serving import FIRST_ROLES, NewMember, NewSchool
from schools.widgets import LongTextField


class SchoolForm(forms.Form):
    """A school on its first day."""

    name = forms.CharField(label="Name of the school", max_length=200)
    address = LongTextField(
        label="Address", max_length=500, widget=forms.Textarea({"rows": 4}), help_text="As it is printed on the form."
    )
    email = AddressField(label="Email of the school", required=False)
    helper = bare()

    @property
    def details(self) -> NewSchool:
        """What a valid form says."""
        return NewSchool(**self.cleaned_data)


class FirstMemberForm(forms.Form):
    """One of the first members of a school."""

    email = AddressField(
        label="Email address to log in with", help_text="We write to it so that its owner can choose a password."
    )
    given_name = NameField(label="Given name")
    family_name = NameField(label="Family name")
    role = forms.ChoiceField(
        label="What are they to the school?",
        choices=[("", "Choose"), *((role.value, ROLE_NAMES[role].capitalize()) for role in FIRST_ROLES)],
    )
    starts_on = DayField(label="From which day?")
    helper = bare()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"starts_on": timezone.localdate()})

    @property
    def member(self) -> NewMember:
        """What a valid form says."""
        said = self.cleaned_data
        return NewMember(
            email=said["email"],
            given_name=said["given_name"],
            family_name=said["family_name"],
            role=Role(said["role"]),
            starts_on=said["starts_on"],
        )


class ReasonForm(forms.Form):
    """Why a school's records are to be opened."""

    reason = LongTextField(
        label="Why must it be now, and why can nobody at the school do it?",
        min_length=REASON_MIN_LENGTH,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea({"rows": 5}),
        help_text="The second administrator and the school's head and chair read it. It is kept sealed. Name no pupil.",
        error_messages={
            "required": "Give the reason.",
            "min_length": f"Give a reason of {REASON_MIN_LENGTH} characters or more.",
            "max_length": f"Shorten this to {REASON_MAX_LENGTH:,} characters; it has %(show_value)d.",
        },
    )
    helper = bare()
