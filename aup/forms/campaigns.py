"""The form of a new campaign, and the day that coverage is asked for."""

import re
from datetime import date
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils import timezone

from aup.rules.campaigns import LASTS_DAYS, MAX_REMINDERS, default_day, tidy_days
from aup.selectors.campaigns import CampaignChoices, last_day
from aup.selectors.policy import SIGNERS
from aup.services.campaigns import CampaignDetails
from schools.forms.layout import DayField, bare

_LONGEST_DAYS = 365


class CampaignForm(forms.Form):
    """Who is to be asked, for which day, and how often they are reminded."""

    name = forms.CharField(
        label="What do you call it?",
        max_length=80,
        help_text="For example: September 2026, all parents. Only staff see it.",
        error_messages={"required": "Give the campaign a name."},
    )
    audience = forms.ChoiceField(
        label="Who is to be asked?",
        choices=[(code, words.capitalize()) for code, words in SIGNERS.items()],
        widget=forms.RadioSelect,
        help_text="Parents sign for their children: one mail a person, however many children they have here.",
        error_messages={"required": "Choose who is to be asked."},
    )
    classes = forms.MultipleChoiceField(
        label="Of which classes?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For parents and pupils. Choose none for the whole school.",
    )
    for_day = DayField(
        label="For which day are the signatures needed?",
        help_text="Signatures count until the end of the school year; what is signed in July or August counts for the "
        "next as well.",
    )
    reminder_days = forms.CharField(
        label="After how many days are they reminded?",
        required=False,
        max_length=60,
        help_text="Days after the invitation, for example 7, 14, 21. Leave it empty for no reminder. "
        "Whoever has signed or refused is not reminded.",
    )
    ends_on = DayField(
        label="What is the last day?", help_text="No reminder goes out after it, and the links expire at its end."
    )

    def __init__(self, data: Any = None, *, choices: CampaignChoices, **options: Any) -> None:
        today = timezone.localdate()
        initial = {
            "for_day": default_day(today),
            "reminder_days": ", ".join(str(each) for each in choices.reminder_days),
            "ends_on": last_day(today, LASTS_DAYS),
        }
        super().__init__(data, initial=initial, **options)
        field = self.fields["classes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each, each) for each in choices.classes]
        if not choices.classes:
            del self.fields["classes"]
        # A school has many classes, of short names: they stand beside each other.
        rows = {"classes": "options-inline"}
        self.helper = bare(*(Field(each, wrapper_class=rows[each]) if each in rows else each for each in self.fields))

    def clean_reminder_days(self) -> tuple[int, ...]:
        typed = self.cleaned_data["reminder_days"]
        parts = [each for each in re.split(r"[\s,;]+", typed) if each]
        if not all(each.isascii() and each.isdecimal() and 1 <= int(each) <= _LONGEST_DAYS for each in parts):
            raise forms.ValidationError("Give whole numbers of days with commas between them, such as 7, 14, 21.")
        if len({int(each) for each in parts}) > MAX_REMINDERS:
            raise forms.ValidationError(f"Give at most {MAX_REMINDERS} days: nobody reads more reminders.")
        return tidy_days(int(each) for each in parts)

    def clean_for_day(self) -> date:
        day: date = self.cleaned_data["for_day"]
        if day < timezone.localdate():
            raise forms.ValidationError("Choose today or a later day: nobody can sign for a day that has passed.")
        return day

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("Choose today or a later day.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("classes") and cleaned.get("audience") not in (None, "parent", "pupil"):
            self.add_error("classes", "Only parents and pupils can be asked by class. Take the classes off.")
        return cleaned

    @property
    def details(self) -> CampaignDetails:
        """What a valid form says."""
        said = self.cleaned_data
        return CampaignDetails(
            name=said["name"],
            audience=said["audience"],
            class_names=tuple(said.get("classes", ())),
            for_day=said["for_day"],
            reminder_days=said["reminder_days"],
            ends_on=said["ends_on"],
        )


class CoverageDayForm(forms.Form):
    """A day of the past, or today."""

    on = DayField(label="On which day?")
    helper = bare()

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Choose today or a day before it.")
        return day
