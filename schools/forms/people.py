"""Forms about the people of a school: who they are, what they are, whether they log in, who their children are."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from schools.forms.layout import AddressField, DayField, NameField, bare
from schools.roles import MEMBERSHIP_ROLES, ROLE_NAMES, Role
from schools.services.members import PersonDetails

_ROLES = [("", "Choose"), *((role.value, ROLE_NAMES[role].capitalize()) for role in MEMBERSHIP_ROLES)]
RELATION_MAX_LENGTH = 40
_LOG_IN_HINT = (
    "We write to this address so that its owner can choose a password. "
    "Leave it empty for somebody who is to be on the lists only."
)


class NewPersonForm(forms.Form):
    """Somebody who is new to the school's lists."""

    role = forms.ChoiceField(label="What are they to the school?", choices=_ROLES)
    given_name = NameField(label="Given name")
    family_name = NameField(label="Family name")
    starts_on = DayField(label="From which day?")
    job_title = forms.CharField(label="Job", max_length=100, required=False, help_text="For members of staff.")
    year_group = forms.CharField(
        label="Year group", max_length=12, required=False, help_text="For pupils, for example Year 4."
    )
    class_name = forms.CharField(label="Class", max_length=20, required=False, help_text="For pupils.")
    log_in = AddressField(label="Email address to log in with", required=False, help_text=_LOG_IN_HINT)
    helper = bare()

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("role") == Role.PUPIL and not cleaned.get("year_group"):
            self.add_error("year_group", "Give the year group of a pupil.")
        return cleaned

    @property
    def details(self) -> PersonDetails:
        """What a valid form says of the person."""
        names = ("given_name", "family_name", "job_title", "year_group", "class_name")
        return PersonDetails(**{name: self.cleaned_data[name] for name in names})

    @property
    def as_what(self) -> Role:
        """The role of a valid form."""
        return Role(self.cleaned_data["role"])


class PersonForm(forms.Form):
    """How the school knows somebody. It changes nothing of what they may do."""

    given_name = NameField(label="Given name")
    family_name = NameField(label="Family name")
    email = AddressField(
        label="Email address to write to", required=False, help_text="It is not what they log in with."
    )
    job_title = forms.CharField(label="Job", max_length=100, required=False)
    year_group = forms.CharField(label="Year group", max_length=12)
    class_name = forms.CharField(label="Class", max_length=20, required=False)
    helper = bare()

    def __init__(self, kind: str, data: Any = None, *, known: PersonDetails) -> None:
        super().__init__(data, initial={name: getattr(known, name) for name in PersonDetails.__slots__})
        self._known = known
        for name in () if kind == "staff" else ("job_title",):
            del self.fields[name]
        for name in () if kind == "pupil" else ("year_group", "class_name"):
            del self.fields[name]

    @property
    def details(self) -> PersonDetails:
        """What a valid form says; a field that it does not ask for stays as it is."""
        return replace(self._known, **self.cleaned_data)


class RoleForm(forms.Form):
    """One more thing that somebody is to the school."""

    role = forms.ChoiceField(label="What are they to the school?", choices=_ROLES)
    starts_on = DayField(label="From which day?")
    helper = bare()

    @property
    def as_what(self) -> Role:
        """The role of a valid form."""
        return Role(self.cleaned_data["role"])


class LastDayForm(forms.Form):
    """Until when; the day itself belongs to it."""

    last_day = DayField(label="Last day", help_text="That day still counts.")
    helper = bare()

    @property
    def day(self) -> date:
        """The day of a valid form."""
        last_day: date = self.cleaned_data["last_day"]
        return last_day


class LeaveForm(forms.Form):
    """Somebody leaves, now."""

    last_day = DayField(label="Last day at the school", help_text="Today or earlier. Access ends at once.")
    sure = forms.BooleanField(
        label="Yes, take away everything now", error_messages={"required": "Say that you are sure."}
    )
    helper = bare()

    def clean_last_day(self) -> date:
        """Not a day to come: what is taken is taken now."""
        day: date = self.cleaned_data["last_day"]
        if day > timezone.localdate():
            raise forms.ValidationError("Give today or an earlier day.")
        return day


class LogInForm(forms.Form):
    """The address somebody logs in with."""

    email = AddressField(
        label="Email address to log in with", help_text="We write to it so that its owner can choose a password."
    )
    helper = bare()


class GuardianStandingForm(forms.Form):
    """What a parent or carer is to the child and may do for it. Nothing is ticked before somebody has said it."""

    relation = forms.CharField(
        label="What are they to the child?",
        max_length=RELATION_MAX_LENGTH,
        required=False,
        help_text="For example mother, grandfather or foster carer. It stands beside every signature.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    responsibility = forms.ChoiceField(
        label="Do they have parental responsibility?",
        help_text="Only then are they asked to sign for the child.",
        choices=[("yes", "Yes"), ("no", "No, or not known")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether they have parental responsibility."},
    )
    barred = forms.BooleanField(
        label="A court order keeps them away from the child",
        required=False,
        help_text="They are shown nothing of the child and asked for nothing, from now on.",
    )
    checked = forms.BooleanField(
        label="The school has checked this relation",
        error_messages={"required": "Check the relation first, for example against the admission papers."},
    )
    helper = bare()

    @property
    def standing(self) -> dict[str, Any]:
        """What a valid form says, as the services take it."""
        return {
            "relation": self.cleaned_data["relation"],
            "has_parental_responsibility": self.cleaned_data["responsibility"] == "yes",
            "is_barred": self.cleaned_data["barred"],
        }


class GuardianForm(GuardianStandingForm):
    """A parent or carer of a pupil, or a pupil of a parent; who it is is chosen in the picker."""

    starts_on = DayField(label="Since which day?")
    field_order = ("starts_on", "relation", "responsibility", "barred", "checked")
    helper = bare()


class RenewForm(forms.Form):
    """What somebody logs in with is taken away; what comes after it."""

    then = forms.ChoiceField(
        label="And then?",
        choices=[
            (
                "renew",
                "Send them a link to begin anew: they lost their phone, or somebody else may know their password",
            ),
            ("close", "Close the log-in: nobody uses it at the moment"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    sure = forms.BooleanField(
        label="I have spoken with them, in person or on a number that the school knows; or the log-in is not used",
        error_messages={"required": "Make sure first: an email alone may be from anybody."},
    )
    helper = bare()


class SureForm(forms.Form):
    """Somebody has made sure."""

    sure = forms.BooleanField(
        label="I have spoken with them, in person or on a number that the school knows",
        error_messages={"required": "Make sure first: an email alone may be from anybody."},
    )
    helper = bare()
