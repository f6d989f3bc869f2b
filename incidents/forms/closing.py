"""Opening a closed incident again."""

from crispy_forms.helper import FormHelper
from django import forms

from schools.widgets import LongTextField

REASON_MAX_LENGTH = 2_000


class ReopenForm(forms.Form):
    """Why a closed incident is opened again."""

    reason = LongTextField(
        label="Why is it opened again?",
        help_text="It stays on the record with your name.",
        max_length=REASON_MAX_LENGTH,
        error_messages={
            "required": "Say why the incident is opened again.",
            "max_length": f"Shorten this to {REASON_MAX_LENGTH:,} characters; it has %(show_value)d.",
        },
    )
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
