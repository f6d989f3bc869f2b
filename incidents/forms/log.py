"""What the log can be narrowed to. Posted, never in an address: search words may be names."""

from datetime import date
from typing import Any

from django import forms

from incidents.selectors.log import Filters, LogOptions
from schools.widgets import DayMonthYearField

WORDS_MAX_LENGTH = 200


class LogFilterForm(forms.Form):
    """The filters of the log; whatever is left out means all."""

    words = forms.CharField(
        required=False,
        max_length=WORDS_MAX_LENGTH,
        error_messages={"max_length": f"Search for at most {WORDS_MAX_LENGTH} characters."},
    )
    since = DayMonthYearField(required=False)
    until = DayMonthYearField(required=False)
    type = forms.ChoiceField(required=False)
    location = forms.ChoiceField(required=False)
    involved = forms.ChoiceField(required=False)
    intent = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False)
    risk_area = forms.ChoiceField(required=False)
    handler = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, options: LogOptions) -> None:
        super().__init__(data)
        for name in LogOptions.__slots__:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", ""), *getattr(options, name)]
            field.error_messages["invalid_choice"] = "Choose one of the options shown."

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        since: date | None = cleaned.get("since")
        until: date | None = cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first one.")
        return cleaned

    @property
    def filters(self) -> Filters:
        """What was asked for; of a valid form."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        chosen["words"] = " ".join(chosen.get("words", "").split())
        return Filters(**chosen)
