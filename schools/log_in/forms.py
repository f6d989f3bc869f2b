"""What is typed to log in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from schools.log_in import rules
from schools.models import User

LONGEST_PASSWORD = 1000
_WRONG_LENGTH = f"Use {LONGEST_PASSWORD} characters at most."


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput({"autocomplete": autocomplete}),
        error_messages={"max_length": _WRONG_LENGTH, "required": "Type it here."},
        **options,
    )


class LogInForm(forms.Form):
    """Address and password. What is wrong with them is said in one sentence for all cases."""

    username = forms.CharField(max_length=254)
    password = forms.CharField(strip=False, max_length=LONGEST_PASSWORD)


class AddressForm(forms.Form):
    """To what address a link is mailed."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Type your email address.", "invalid": "Type the whole address, with its @."},
    )


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": "Type the code."},
    )


class AnswerForm(forms.Form):
    """What the browser says for a passkey."""

    answer = forms.CharField(max_length=20_000)


class NewPasskeyForm(AnswerForm):
    """A passkey that was just made, and what to call it."""

    name = forms.CharField(max_length=60, required=False)


class SecretForm(CodeForm):
    """The first code of an app that is being set up."""

    sealed = forms.CharField(max_length=1000, widget=forms.HiddenInput)


class PasswordForm(forms.Form):
    """The password one has."""

    password = _password("Your password", "current-password")


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    new = _password(
        "New password",
        "new-password",
        help_text="12 characters or more. Three or four words that have nothing to do with each other are good.",
    )
    again = _password("The same again", "new-password")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_new(self) -> str:
        """Long enough, not one of the common ones, not the address itself."""
        typed: str = self.cleaned_data["new"]
        validate_password(typed, self.user)
        return typed

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        said = self.cleaned_data
        if said.get("new") and said.get("again") and said["new"] != said["again"]:
            self.add_error("again", "The two are not the same.")
        return said


class ChangePasswordForm(NewPasswordForm):
    """The same with the password one has."""

    password = _password("The password you have now", "current-password")
    field_order = ("password", "new", "again")


class NumberForm(forms.Form):
    """One of one's own passkeys or sessions."""

    number = forms.IntegerField(min_value=1, max_value=2**62)


class PasswordAgeForm(forms.Form):
    """After how many days a school wants new passwords."""

    days = forms.IntegerField(
        label="New passwords after so many days",
        required=False,
        min_value=rules.SHORTEST_PASSWORD_AGE_DAYS,
        max_value=rules.LONGEST_PASSWORD_AGE_DAYS,
        help_text=(
            f"Empty: never. Otherwise {rules.SHORTEST_PASSWORD_AGE_DAYS} to {rules.LONGEST_PASSWORD_AGE_DAYS} days."
        ),
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
