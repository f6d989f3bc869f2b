"""What is typed into the pages about letters. Forms never save."""

from typing import Any

from django import forms

from sanctions.rules.letters import BODY_LIMIT, SUBJECT_LIMIT
from sanctions.selectors.letters import CaseLetters, LetterPage
from schools.forms.layout import bare


class DraftLetterForm(forms.Form):
    """Which letter, and when parents are to come in where it asks them to. Nothing is chosen before."""

    use_required_attribute = False

    template = forms.ChoiceField(
        label="Which letter?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a letter.",
            "invalid_choice": "The case has moved on, and this letter does not fit any more. Choose another one.",
        },
    )
    meeting = forms.CharField(
        label="When and where do they come in?",
        help_text="For example: on Monday 4 May at 3.30 pm, in the head teacher's room. You can also fill it in later.",
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, page: CaseLetters, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["template"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(each.code, each.title) for each in page.choices]
        if not page.asks_in:
            del self.fields["meeting"]
        self.helper = bare(*self.fields)

    @property
    def meeting_said(self) -> str:
        """The meeting of a valid form, where it was asked for."""
        return str(self.cleaned_data.get("meeting", ""))


class LetterForm(forms.Form):
    """The words of a letter, and the edition that was on the page."""

    use_required_attribute = False

    edition = forms.IntegerField(min_value=1, max_value=1_000_000_000, widget=forms.HiddenInput)
    subject_line = forms.CharField(
        label="Subject line",
        max_length=SUBJECT_LIMIT,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Write what the letter is about."},
    )
    body = forms.CharField(
        label="Letter",
        help_text="An empty line begins a new paragraph; lines that begin with a hyphen and a space become a list. "
        "Fill in what stands in square brackets. Name no other child. The date, “Yours sincerely” and the name of "
        "whoever approves it are added.",
        max_length=BODY_LIMIT,
        widget=forms.Textarea({"rows": 22}),
        error_messages={"required": "Write the letter, or discard it."},
    )

    def __init__(self, data: Any = None, *, page: LetterPage) -> None:
        said = {"edition": page.edition, "subject_line": page.subject_line, "body": page.body}
        super().__init__(data, initial=said)
        self.helper = bare("edition", "subject_line", "body")

    def take(self, problem: Exception, page: LetterPage) -> None:
        """Show what kept the letter from being saved. What was typed stays, and can be saved over what is there now.

        The form carries the newest edition from here on, and the page shows its words beside it.
        """
        self.add_error(None, str(problem))
        said: Any = self.data.copy()  # type: ignore[attr-defined]
        said["edition"] = str(page.edition)
        self.data = said


class EditionForm(forms.Form):
    """A button that is about the very words on the page: approve, or discard."""

    edition = forms.IntegerField(min_value=1, max_value=1_000_000_000, widget=forms.HiddenInput)
