"""The pages of the record: every question of the school's edition of the form."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, LayoutObject

from incidents.forms.about import AboutField, about_layout, code_of
from incidents.forms.answers import AnswersForm, in_order
from incidents.forms.fields import StoryField
from incidents.rules.answers import UNSTORABLE
from incidents.rules.pages import Page
from packs.schema import Box, Form

REASON_MAX_LENGTH = 2_000
FLAGS = ("immediate_risk", "safeguarding", "sexual_images", "illegal_material")


def tidy_version(typed: Any) -> int:
    """The version a page was opened with; -1, which no record ever has, for anything else."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else -1


class RecordForm(AnswersForm):
    """Some questions of the record. ``was_sent``: a correction may say why it was made."""

    def __init__(self, questions: Form, *, was_sent: bool = False, **options: Any) -> None:
        super().__init__(questions, **options)
        if was_sent:
            self.fields["reason"] = StoryField(
                label="Reason for the change",
                help_text="Kept with the new version. The local authority has the earlier one.",
                required=False,
                max_length=REASON_MAX_LENGTH,
                rows=2,
            )

    def clean(self) -> dict[str, Any]:
        reason = self.reason
        if len(reason) > REASON_MAX_LENGTH:
            self.add_error("reason", f"Shorten this to {REASON_MAX_LENGTH:,} characters; it has {len(reason):,}.")
        elif "\x00" in reason:
            self.add_error("reason", UNSTORABLE)
        return super().clean()

    @property
    def reason(self) -> str:
        """Why the record is changed; empty when nothing was said."""
        return str(self.cleaned_data.get("reason") or "").strip()

    @property
    def asks_reason(self) -> bool:
        """Whether it is a correction of what the authority has."""
        return "reason" in self.fields


class PageForm(RecordForm):
    """One page of the record."""

    def __init__(self, questions: Form, page: Page, **options: Any) -> None:
        super().__init__(questions, keys=page.keys, **options)
        self.page = page

    @property
    def what(self) -> FormHelper:
        """The ticks on which the advice depends (on "What happened")."""
        return in_order(
            "types",
            Field("types_other", wrapper_class="specify"),
            Div(Fieldset("Is any of this so?", *FLAGS), css_class="field ticks-together"),
        )

    @property
    def rest(self) -> FormHelper:
        """The whole page, or on "What happened" all that is not in ``what``."""
        layout = [*_LAYOUTS[self.page.code](self.questions)]
        if self.asks_reason:
            layout.append("reason")
        return in_order(*layout)


class NewRecordForm(PageForm):
    """The first page of a new record: besides its questions, whom of the school it is about. Duties R4, R5, R7."""

    def __init__(
        self, questions: Form, page: Page, *, told: Mapping[str, str] = MappingProxyType({}), **options: Any
    ) -> None:
        super().__init__(questions, page, **options)
        self.fields["about"] = AboutField(told)
        self.initial.setdefault("about", "")

    @property
    def about(self) -> str:
        """Who of the school it is about, as a case keeps it: empty for nobody."""
        return code_of(self.data.get("about"))

    @property
    def rest(self) -> FormHelper:
        """The page, and who is told at its end."""
        told = Fieldset("Who is told", about_layout(), css_class="form-section who-is-told")
        return in_order(*_LAYOUTS[self.page.code](self.questions), told)


def _details(questions: Form) -> list[LayoutObject | str]:
    return [
        "happened_on",
        "happened_at",
        "location",
        "involved",
        Field("involved_other", wrapper_class="specify"),
        Fieldset(
            "Who reported it",
            HTML('<p class="hint">One of the two is needed.</p>'),
            Field("reported_by", wrapper_class="unmarked"),
            Field("identified_how", wrapper_class="unmarked"),
            css_class="form-section",
        ),
    ]


def _what_happened(questions: Form) -> list[LayoutObject | str]:
    nature = questions.section("nature")
    return [
        "description",
        "urls",
        Fieldset(
            nature.title,
            Div(*(_box(each) for each in nature.boxes), css_class="columns nature"),
            css_class="form-section",
        ),
        Field("risk_areas", wrapper_class="options-inline"),
        Field("on_school_equipment", wrapper_class="options-inline unmarked"),
    ]


def _box(box: Box) -> LayoutObject:
    """One of the two boxes of the paper form: its own tick, then its groups."""
    groups = (Field(group.key, wrapper_class="unmarked") for group in box.groups)
    return Div(box.tick.key, *groups, css_class="panel", role="group", aria_label=box.label)


def _action(questions: Form) -> list[LayoutObject | str]:
    return [
        "action_staff",
        "specific_action",
        "action_child",
        "block_requested",
        "evidence",
        "audit_of_use",
        "outcome",
    ]


_LAYOUTS = {"details": _details, "what-happened": _what_happened, "action": _action}
