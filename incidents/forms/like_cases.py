"""Which cases are put side by side. Posted, never in an address: a breach says what somebody did."""

from typing import Any

from django import forms

from incidents.selectors.like_cases import Alike, LikeOptions


class LikeCasesForm(forms.Form):
    """What the cases have in common; whatever is left out means any."""

    category = forms.ChoiceField(required=False)
    breach = forms.ChoiceField(required=False)
    decided = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, options: LikeOptions) -> None:
        super().__init__(data)
        breaches = [pair for _, pairs in options.breaches for pair in pairs]
        for name, choices in (("category", options.categories), ("breach", breaches), ("decided", options.decided)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", ""), *choices]
            field.error_messages["invalid_choice"] = "Choose one of the options shown."

    @property
    def alike(self) -> Alike:
        """What was asked for; of a valid form."""
        return Alike(**self.cleaned_data)
