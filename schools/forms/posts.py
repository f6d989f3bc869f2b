"""Forms about posts: who is given one and from when, and in whose place."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from schools.forms.layout import DayField, bare
from schools.roles import POSTS, ROLE_NAMES, TWO_PERSON_POSTS, Role
from schools.selectors.posts import Term


def _named(post: Role) -> str:
    name = ROLE_NAMES[post]
    name = name[:1].upper() + name[1:]
    return f"{name}: takes two people" if post in TWO_PERSON_POSTS else name


class GivePostForm(forms.Form):
    """A post for somebody; who it is is chosen in the picker."""

    post = forms.ChoiceField(
        label="Which post?", choices=[("", "Choose"), *((each.value, _named(each)) for each in POSTS)]
    )
    starts_on = DayField(label="From which day?")
    ends = forms.ChoiceField(
        label="In whose place?",
        required=False,
        help_text="Their time in the post ends on the day before. Several people may hold one post.",
    )
    helper = bare()

    def __init__(self, data: Any = None, *, held: Iterable[Term], **options: Any) -> None:
        super().__init__(data, **options)
        self._held = {str(each.post_id): each for each in held}
        field = self.fields["ends"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "In nobody's"),
            *((key, f"{each.name}, {each.post_name}") for key, each in self._held.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        term = self._held.get(cleaned.get("ends", ""))
        if term is not None and cleaned.get("post") and term.post != cleaned["post"]:
            self.add_error("ends", f"{term.name} holds another post.")
        return cleaned

    @property
    def which(self) -> Role:
        """The post of a valid form."""
        return Role(self.cleaned_data["post"])

    @property
    def starts(self) -> date:
        """The first day of a valid form."""
        day: date = self.cleaned_data["starts_on"]
        return day

    @property
    def ends_id(self) -> UUID | None:
        """Whose term ends with it, in a valid form."""
        chosen = self.cleaned_data["ends"]
        return UUID(chosen) if chosen else None


class FirstPostForm(forms.Form):
    """A post of a new school, for service administrators, who know log-ins and never names."""

    email = forms.EmailField(label="Email address they log in with")
    post = forms.ChoiceField(
        label="Which post?",
        choices=[
            ("", "Choose"),
            *((each.value, ROLE_NAMES[each].capitalize()) for each in POSTS if each in TWO_PERSON_POSTS),
        ],
    )
    starts_on = DayField(label="From which day?")
    helper = bare()

    @property
    def which(self) -> Role:
        """The post of a valid form."""
        return Role(self.cleaned_data["post"])
