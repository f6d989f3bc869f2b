"""What whoever handles a case does about who handles it: hand it on, put right whom it is about, record a decision."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from incidents.forms.about import AboutField, ReasonField, about_layout, code_of, typed_of
from incidents.forms.answers import in_order
from incidents.forms.fields import OneOfField
from schools.roles import Role

LADO, POLICE = "lado", "police"
DECISIONS: dict[str, tuple[tuple[str, str], ...]] = {
    LADO: (
        ("referred", "Referred to the LADO"),
        ("advice_taken", "Advice taken from the LADO"),
        ("considered_not_referred", "Considered, and not referred"),
    ),
    POLICE: (
        ("reported", "Reported to the police"),
        ("advice_taken", "Advice taken from the police"),
        ("considered_not_reported", "Considered, and not reported"),
    ),
}
CHOOSE_POST = "Choose who handles it from now on."
CHOOSE_DECISION = "Choose what was decided."


class ChosenField(OneOfField):
    """One of the options, none of them chosen beforehand; whatever is none of them is refused here."""

    def __init__(self, *, missing: str, **options: Any) -> None:
        super().__init__(error_messages={"required": missing, "invalid_choice": missing}, **options)

    def validate(self, value: Any) -> None:
        forms.ChoiceField.validate(self, value)


class HandOnForm(forms.Form):
    """Who is to handle a case from now on, and why."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, posts: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["to_post"] = ChosenField(
            label="Who handles it from now on?", choices=list(posts), missing=CHOOSE_POST, required=True
        )
        self.fields["reason"] = ReasonField(label="Why do you hand it on?", missing="Say why you hand it on.")

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order("to_post", "reason")

    @property
    def to_post(self) -> Role:
        """The post that was chosen; of a valid form."""
        return Role(self.cleaned_data["to_post"])


class ChangeAboutForm(forms.Form):
    """Who of the school a case turned out to be about, and how that is known."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, told: Mapping[str, str], about: str) -> None:
        super().__init__(data, initial={"about": typed_of(about)})
        self.fields["about"] = AboutField(told)
        self.fields["reason"] = ReasonField(
            label="Why is that changed?", missing="Say why you change whom it is about."
        )

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order(about_layout(), "reason")

    @property
    def about(self) -> str:
        """What the case keeps of the answer; of a valid form."""
        return code_of(self.cleaned_data["about"])


class AdviceForm(forms.Form):
    """What was decided about the LADO's or the police's advice, and why. Duties R4, P8, P14 (CM 4.1, 4.4, NS 11.3)."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data, prefix=kind)
        self.kind = kind
        self.fields["decision"] = ChosenField(
            label="What was decided?", choices=list(DECISIONS[kind]), missing=CHOOSE_DECISION, required=True
        )
        self.fields["reason"] = ReasonField(
            label="Why was it decided so?",
            help_text="Whom you spoke to and when, and what they advised. It stays on the record with your name.",
            missing="Say why it was decided so.",
        )

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order("decision", "reason")
