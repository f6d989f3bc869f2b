"""The short report: what, when, where, who, and what was done so far."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset

from incidents.forms.about import AboutField, about_layout, code_of, typed_of
from incidents.forms.answers import AnswersForm, in_order
from incidents.forms.fields import LinesField, TickField
from packs.schema import TEXT_MAX_LENGTH

FLAGS = ("immediate_risk", "safeguarding", "sexual_images", "illegal_material")
CONFIDENCE = "For staff who are bullied or harassed online: you, or a colleague."
LINES_OF_PEOPLE = {
    "people_subject": (
        "subject",
        "Who is said to have done it?",
        "One person a line, with class or job. Leave it empty if you do not know.",
    ),
    "people_affected": ("affected", "Who was affected?", "One person a line, with class or job."),
    "people_witness": ("witness", "Who saw it, or was told of it?", "One person a line, with class or job."),
}


class ReportForm(AnswersForm):
    """Only what somebody who works with children knows at that moment; the rest is the co-ordinator's."""

    keys = (
        "types",
        *FLAGS,
        "description",
        "happened_on",
        "happened_at",
        "location",
        "involved",
        "people",
        "specific_action",
    )
    wording: ClassVar[Mapping[str, tuple[str, str]]] = {
        "types": ("What kind of incident was it?", "Tick all that apply. If you are not sure, tick what is nearest."),
        "description": (
            "What happened?",
            "Facts in order, the child's own words where you have them. Never paste an image.",
        ),
        "happened_on": ("Which day was it?", ""),
        "happened_at": ("What time?", "For example 14:02. Leave it empty if you do not know."),
        "location": ("Where did it happen?", ""),
        "involved": ("Who was involved?", "Tick all that apply."),
        "specific_action": (
            "What has been done so far?",
            "For example: the screen was turned off, the tablet is locked in the office, a parent was rung.",
        ),
    }

    def __init__(
        self,
        *args: Any,
        told: Mapping[str, str] = MappingProxyType({}),
        alone: str = "the head teacher",
        alone_words: str = "",
        may_confide: bool = True,
        **options: Any,
    ) -> None:
        """``told``: who is told, by answer to whom it is about; ``alone``: whom it reaches in confidence, in words."""
        super().__init__(*args, **options)
        self.fields["about"] = AboutField(told)
        self.initial["about"] = typed_of(self.initial["about"]) if "about" in self.initial else ""
        if may_confide:
            self.fields["in_confidence"] = TickField(
                label=f"Tell only {alone}", help_text=f"{CONFIDENCE} {alone_words}".strip(), required=False
            )
        # As on the page, so that the summary of errors goes down it.
        self.order_fields(["types", "types_other", *FLAGS, "about", "in_confidence"])
        for name, (part, label, hint) in LINES_OF_PEOPLE.items():
            self.fields[name] = LinesField(label=label, help_text=hint, required=False, rows=2)
            said = [each["name"] for each in self.initial.get("people", []) if each["part"] == part]
            self.initial[name] = said

    def place_of(self, key: str) -> str | None:
        if key == "people":
            lines = {name: self.cleaned_data.get(name, []) for name in LINES_OF_PEOPLE}
            faulty = (name for name, each in lines.items() if any(_is_faulty(line) for line in each))
            return next(faulty, max(lines, key=lambda name: len(lines[name])))
        return super().place_of(key)

    def to_answers(self) -> dict[str, Any]:
        people = [
            {"person_id": "", "name": line, "group": "", "kind": "other", "part": part}
            for name, (part, _, _) in LINES_OF_PEOPLE.items()
            for line in self.cleaned_data.get(name, [])
        ]
        return {**super().to_answers(), "people": people}

    @property
    def about(self) -> str:
        """Who of the school it is about, as a case keeps it: empty for nobody."""
        return code_of(self.data.get("about") if self.is_bound else self.initial["about"])

    @property
    def in_confidence(self) -> bool:
        """Whether it is to reach one person alone. Duty R10 (CC 4.5.4, CM 4.5.4)."""
        if "in_confidence" not in self.fields:
            return False
        if not self.is_bound:
            return bool(self.initial.get("in_confidence"))
        return "in_confidence" in self.data

    @property
    def what(self) -> FormHelper:
        """What the advice depends on: the ticks, and who is told."""
        return in_order(
            "types",
            Field("types_other", wrapper_class="specify"),
            Div(
                Fieldset(
                    "Is any of this so?",
                    HTML('<div class="hint">Tick it if it may be so. You need not be sure.</div>'),
                    *FLAGS,
                ),
                css_class="field ticks-together",
            ),
            Fieldset(
                "Who is told",
                about_layout(),
                *(
                    [Field("in_confidence", template="incidents/about/confidence.html")]
                    if "in_confidence" in self.fields
                    else []
                ),
                css_class="form-section who-is-told",
            ),
        )

    @property
    def rest(self) -> FormHelper:
        """Everything after them."""
        return in_order(
            "description",
            Fieldset("When and where", "happened_on", "happened_at", "location", css_class="form-section"),
            Fieldset(
                "Who",
                "involved",
                Field("involved_other", wrapper_class="specify"),
                *LINES_OF_PEOPLE,
                css_class="form-section",
            ),
            Fieldset("So far", "specific_action", css_class="form-section"),
        )


def _is_faulty(line: str) -> bool:
    return len(line) > TEXT_MAX_LENGTH or "\x00" in line
