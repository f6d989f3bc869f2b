"""Asked after a decision: why it is quashed or lifted, what was done, how it went. They parse; services judge."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from incidents.forms.about import ReasonField
from incidents.forms.answers import in_order
from incidents.forms.deciding import WordsField
from incidents.forms.routing import ChosenField


class WhyForm(forms.Form):
    """One reason, for a step that needs nothing else."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, label: str, missing: str, help_text: str = "") -> None:
        super().__init__(data)
        self.fields["reason"] = ReasonField(label=label, missing=missing, help_text=help_text)

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order("reason")


class TaskForm(forms.Form):
    """That something was done; where advice or a referral is considered, what was decided and why."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, asks_for_decision: bool) -> None:
        super().__init__(data)
        self.asks_for_decision = asks_for_decision
        if asks_for_decision:
            self.fields["decision"] = ChosenField(
                label="What was decided?",
                choices=[("yes", "Yes, it is done"), ("no", "No, it was considered and is not done")],
                missing="Choose what was decided.",
                required=True,
            )
            self.fields["how"] = ReasonField(
                label="Why was it decided so?",
                help_text="Whom you spoke to and when. It stays on the record with your name.",
                missing="Say why it was decided so.",
            )
        else:
            self.fields["how"] = WordsField(label="How was it done?", help_text="In a few words.", rows=2)

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order(*self.fields)


class ReviewForm(forms.Form):
    """How it went with what was agreed to put it right. Duty P13 (CC 4.5, CM 4.5)."""

    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["worked"] = ChosenField(
            label="Has it been put right?",
            choices=[("yes", "Yes"), ("no", "No")],
            missing="Choose yes or no.",
            required=True,
        )
        self.fields["outcome"] = ReasonField(label="How did it go?", missing="Write down how it went.")

    @property
    def helper(self) -> FormHelper:
        """The layout."""
        return in_order("worked", "outcome")
