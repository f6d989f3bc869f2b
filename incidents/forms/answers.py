"""Questions of a pack's form as a Django form, and back: what was typed becomes answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from incidents.forms.fields import DayField, fields_for
from incidents.rules.answers import Problem, is_empty, problems
from packs.schema import Form

Typed = dict[str, list[str]]


def restored(typed: Mapping[str, Any]) -> QueryDict:
    """What was typed, taken out of a draft, as it was posted."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, [str(value) for value in values])
    return data


def in_order(*parts: LayoutObject | str) -> FormHelper:
    """A layout inside the page's own form element."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    helper.add_layout(Layout(*parts))
    return helper


class AnswersForm(forms.Form):
    """Some questions of one edition of the form. It parses shapes; rules.answers says what is wrong with an answer.

    ``checked=False`` shows back what was typed without a word about it, for drafts and for "Show what to do now".
    """

    use_required_attribute = False
    keys: ClassVar[tuple[str, ...]] = ()
    # How a question reads on this page, where that is not the printed label.
    wording: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def __init__(
        self,
        questions: Form,
        *,
        today: date,
        keys: tuple[str, ...] | None = None,
        data: QueryDict | None = None,
        answers: Mapping[str, Any] | None = None,
        checked: bool = True,
    ) -> None:
        super().__init__(data, initial=dict(answers or {}))
        self.questions = questions
        self.today = today
        self.checked = checked
        self.asked = self.keys if keys is None else keys
        for key in self.asked:
            if questions.field(key).kind != "people":
                self.fields.update(fields_for(questions.field(key)))
        for key, (label, hint) in self.wording.items():
            self.fields[key].label, self.fields[key].help_text = label, hint

    def full_clean(self) -> None:
        if self.checked:
            super().full_clean()
        else:
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        for problem in problems(self.questions, self.to_answers(), today=self.today, keys=self.asked):
            self.show(problem)
        return self.cleaned_data

    def show(self, problem: Problem) -> None:
        """Put a problem beside its field, unless something is said there already."""
        name = self.place_of(problem.key)
        if name in self.errors or self._is_said_already(problem):
            return
        self.add_error(name, problem.message)

    def place_of(self, key: str) -> str | None:
        """The field by which a problem with this answer is shown; None: above the form."""
        return key if key in self.fields else None

    def _is_said_already(self, problem: Problem) -> bool:
        # Of two questions of which one must be answered, one message is enough.
        other = next((each.required_unless for each in self.questions.fields() if each.key == problem.key), None)
        return other in self.errors and is_empty(self.cleaned_data.get(problem.key))

    def to_answers(self) -> dict[str, Any]:
        """The answers to this form's questions; what could not be parsed counts as empty."""
        answers: dict[str, Any] = {}
        for key in self.asked:
            question = self.questions.field(key)
            if question.kind == "people":
                continue
            value: Any = self.cleaned_data.get(key)
            if isinstance(value, date):
                value = value.isoformat()
            if value is None:
                value = [] if question.kind in {"multiple", "urls"} else False if question.kind == "tick" else ""
            answers[key] = value
            for option in question.options:
                if option.specify_key:
                    # The text of an option that is not ticked (any more) says nothing.
                    said = self.cleaned_data.get(option.specify_key, "")
                    answers[option.specify_key] = said if option.code in value else ""
        return answers

    def typed(self) -> Typed:
        """What was posted into this form's own fields, as it was typed, for a draft. Nothing that cannot be kept."""
        names: list[str] = []
        for name, field in self.fields.items():
            if isinstance(field, DayField):
                names += [f"{name}_{part}" for part in ("day", "month", "year")]
            else:
                names.append(name)
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        return {name: [value.replace("\x00", "") for value in data.getlist(name)] for name in names if name in data}
