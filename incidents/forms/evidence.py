"""Files to keep as evidence. Whether each may be kept is for the service to say."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from incidents.forms.answers import in_order


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; a name or size that is wrong is for the service to say."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        files = data if isinstance(data, Sequence) else [data]
        return [each for each in files if each]


class EvidenceForm(forms.Form):
    """Choose files."""

    use_required_attribute = False

    chosen = FilesField(label="Add files", required=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        megabytes = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
        self.fields["chosen"].help_text = (
            f"PDF, PNG, JPEG, TXT or EML, up to {megabytes} MB together at a time and "
            f"{settings.EVIDENCE_MAX_FILES} files in all. Never an indecent image."
        )
        self.fields["chosen"].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg,.txt,.eml"

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("chosen"):
            self.add_error("chosen", "Choose a file first.")
        return self.cleaned_data

    def say_instead(self, message: str) -> None:
        """Give the one true reason why no file has arrived."""
        self.errors.clear()
        self.add_error("chosen", message)

    @property
    def helper(self) -> FormHelper:
        """The one field."""
        return in_order("chosen")
