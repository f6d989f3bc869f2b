"""What the officer may type."""

from django import forms

from dispatch.services import NAME_MAX_LENGTH


class AcknowledgeForm(forms.Form):
    """Who acknowledges, if they care to say; a mailbox is often shared."""

    name = forms.CharField(
        label="Your name",
        required=False,
        max_length=NAME_MAX_LENGTH,
        help_text="You can leave this empty.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "form-control"}),
    )
