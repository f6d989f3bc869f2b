"""Forms about the address that reports go to."""

from django import forms

from schools.forms.layout import AddressField, bare


class NewAddressForm(forms.Form):
    """The address that reports are to go to, typed twice: nobody may ever notice a slip of the pen."""

    email = AddressField(label="New email address of the officer")
    again = AddressField(label="The same address once more", widget=forms.EmailInput({"autocomplete": "off"}))
    helper = bare()

    def clean_again(self) -> str:
        """The second one equals the first."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("email", again):
            raise forms.ValidationError("The two addresses differ.")
        return again


class CodeForm(forms.Form):
    """The code that the officer has read out."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text="Eight letters and figures, from the mail to the new address.",
    )
    helper = bare()
