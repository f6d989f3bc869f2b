"""What stands on a paper that was signed by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import Truncator

from aup.models import AgreementVersion
from aup.rules.typed_names import MAX_LENGTH
from schools.forms.layout import DayField, bare

_YES_NO = [("yes", "Yes"), ("no", "No")]


class PaperForm(forms.Form):
    """The day, the name, each answer and the scan. Nothing is ticked before."""

    use_required_attribute = False

    signed_on = DayField(label="Day on the paper")
    name = forms.CharField(
        label="Name on the paper",
        help_text="As it is signed, in full.",
        max_length=MAX_LENGTH,
        error_messages={"required": "Give the name on the paper."},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, version: AgreementVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        self._codes = [each["code"] for each in version.content.get("consents", ())]
        for each in version.content.get("consents", ()):
            self.fields[f"consent_{each['code']}"] = forms.ChoiceField(
                label=each["text"],
                choices=_YES_NO,
                widget=forms.RadioSelect,
                error_messages={"required": f"Say what the paper says, yes or no: {Truncator(each['text']).chars(60)}"},
            )
        megabytes = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
        self.fields["scan"] = forms.FileField(
            label="Scan or photograph of the paper",
            help_text=(
                f"PDF, PNG or JPEG, up to {megabytes} MB. The signed paper and nothing else: never a picture from an "
                "incident."
            ),
            widget=forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"}),
            error_messages={
                "required": f"Choose the scan. If you did, it has more than {megabytes} MB: make it smaller first.",
                "empty": "This file is empty.",
            },
        )
        self.helper = bare(
            *(
                Field(name, wrapper_class="options-inline") if isinstance(field.widget, forms.RadioSelect) else name
                for name, field in self.fields.items()
            )
        )

    @property
    def consents(self) -> Mapping[str, bool]:
        """The answers of a valid form."""
        return {code: self.cleaned_data[f"consent_{code}"] == "yes" for code in self._codes}

    @property
    def day(self) -> date:
        """The day of a valid form."""
        day: date = self.cleaned_data["signed_on"]
        return day

    @property
    def scan(self) -> UploadedFile[bytes]:
        """The file of a valid form."""
        scan: UploadedFile[bytes] = self.cleaned_data["scan"]
        return scan
