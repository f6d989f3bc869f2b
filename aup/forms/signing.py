"""What is chosen, typed and ticked to sign, to refuse, and to answer anew. Nothing is ticked beforehand."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from aup.rules.typed_names import MAX_LENGTH
from aup.selectors.reading import Document, Said
from aup.services.problems import ConsentsMissing, NameRefused, NotSignable
from aup.services.signing import (
    INTENT_CHILD,
    INTENT_CONSENTS,
    INTENT_REFUSE,
    INTENT_SELF,
    REASON_MAX_LENGTH,
    Intent,
)
from schools.forms.layout import bare

_YES_NO = (("yes", "Yes"), ("no", "No"))
_TICK = "Tick this if it is true. Nothing is kept without it."
_WITHOUT_IT = (
    "Without a yes there is no access to it at school, and the online safety co-ordinator will speak with you."
)
_NAMED_LENGTH = 60
_NAME_HINT = "As a signature: your own first name and surname."


class _Typed(forms.Form):
    """What the forms have in common: which text was read, and what is made of it for the service."""

    # Not "language": that is what the register calls it, and the form's own word is looked at before it gets there.
    # No text field either: whatever is posted in it, nobody could see what was wrong with a field that is hidden.
    read_in = forms.Field(required=False, widget=forms.HiddenInput)
    helper = bare()

    def __init__(self, data: Any = None, *, document: Document) -> None:
        super().__init__(data, initial={"read_in": document.language})
        self.document = document

    def clean_read_in(self) -> str:
        """The language that was on the page, or English alone."""
        return self.document.language

    @property
    def intent(self) -> Intent:
        """What a valid form says."""
        return Intent(
            version_id=self.document.version_id,
            about_id=self.document.about_id,
            typed_name=self.cleaned_data.get("full_name", ""),
            consents={
                each.code: self.cleaned_data[_name_of(each)] == "yes"
                for each in self.document.consents
                if _name_of(each) in self.cleaned_data
            },
            language=self.document.language,
        )

    def take(self, problem: NotSignable) -> bool:
        """Show a problem at the field where it is put right; False where no field of this form does."""
        if isinstance(problem, NameRefused) and "full_name" in self.fields:
            self.add_error("full_name", str(problem))
            return True
        if isinstance(problem, ConsentsMissing):
            for code in problem.codes:
                self.add_error(f"consent_{code}", str(problem))
            return True
        return False

    def _ask(self, consent: Said, *hints: str) -> None:
        # Named, so that one link of the summary is told from the next.
        unsaid = f"Say yes or no to this: {Truncator(consent.text).chars(_NAMED_LENGTH)}"
        said = (self._beside(consent), _WITHOUT_IT if consent.is_needed else "", *hints)
        self.fields[_name_of(consent)] = forms.ChoiceField(
            label=consent.text,
            help_text=format_html_join(" ", "{}", ((each,) for each in said if each)),
            choices=_YES_NO,
            widget=forms.RadioSelect,
            error_messages={"required": unsaid, "invalid_choice": unsaid},
        )

    def _laid_out(self, *rest: str) -> FormHelper:
        """Yes and no beside each other: on a telephone that halves the way to the button."""
        asked = (Field(_name_of(each), wrapper_class="options-inline") for each in self.document.consents)
        return bare("read_in", *asked, *rest)

    def _beside(self, said: Said) -> str:
        """The translation of a question beside the English one."""
        if not said.translated:
            return ""
        where = self.document
        return format_html('<span lang="{}" dir="{}">{}</span>', where.language, where.direction, said.translated)


class SignForm(_Typed):
    """An answer to each question, a name, and the sentence that is ticked."""

    def __init__(self, data: Any = None, *, document: Document) -> None:
        super().__init__(data, document=document)
        for each in document.consents:
            self._ask(each)
        self.fields["full_name"] = _name_field()
        sentence = INTENT_SELF if document.is_own else INTENT_CHILD
        self.fields["agreed"] = forms.BooleanField(label=sentence, error_messages={"required": _TICK})
        self.helper = self._laid_out("full_name", "agreed")


class RefuseForm(_Typed):
    """That somebody does not sign, why if they want to say so, their name, and that they know what follows."""

    why = forms.CharField(
        label="Why?",
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea({"rows": 4}),
        help_text="You need not say. Only the online safety co-ordinator and the head teacher read it.",
    )

    def __init__(self, data: Any = None, *, document: Document) -> None:
        super().__init__(data, document=document)
        self.fields["full_name"] = _name_field()
        self.fields["sure"] = forms.BooleanField(label=INTENT_REFUSE, error_messages={"required": _TICK})


class AnswersForm(_Typed):
    """Every question again, each with what is said to it now; a new answer to each is chosen and none is ticked."""

    def __init__(self, data: Any = None, *, document: Document, now: Mapping[str, bool]) -> None:
        super().__init__(data, document=document)
        for each in document.consents:
            self._ask(each, f"Your answer now: {'yes' if now[each.code] else 'no'}." if each.code in now else "")
        self.fields["sure"] = forms.BooleanField(label=INTENT_CONSENTS, error_messages={"required": _TICK})
        self.helper = self._laid_out("sure")


def _name_field() -> forms.CharField:
    return forms.CharField(
        label="Your full name",
        max_length=MAX_LENGTH,
        help_text=_NAME_HINT,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": "Type your full name.", "max_length": "Shorten this to 120 characters."},
    )


def _name_of(consent: Said) -> str:
    return f"consent_{consent.code}"
