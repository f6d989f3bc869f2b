"""What a teacher and a child press: a class to start with, and the own name."""

from uuid import UUID

from django import forms

from aup.services.class_sessions import CLASS_NAME_MAX_LENGTH


class StartForm(forms.Form):
    """A class and an agreement, from one button of the list."""

    class_name = forms.CharField(max_length=CLASS_NAME_MAX_LENGTH)
    version = forms.UUIDField()

    @property
    def chosen(self) -> tuple[str, UUID]:
        """Class and version of a valid form."""
        return self.cleaned_data["class_name"], self.cleaned_data["version"]


class TapForm(forms.Form):
    """The child whose name was tapped."""

    child = forms.UUIDField()

    @property
    def child_id(self) -> UUID:
        """The child of a valid form."""
        child_id: UUID = self.cleaned_data["child"]
        return child_id
