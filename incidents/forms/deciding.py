"""What the pages about deciding ask: the facts, a decision, and what follows from one. They parse; services judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from incidents.forms.routing import ChosenField
from incidents.rules.answers import UNSTORABLE
from packs.schema import Audience, Framework, Grade, SanctionType
from sanctions.rules.deciding import REASON_LIMIT, Choice, Path, Problem, Wanted
from sanctions.rules.facts import NEEDS
from sanctions.services.matters import Confirmed
from schools.widgets import DayMonthYearField, LongTextField

NOTHING = "none"
LONGEST_NOTE = 2_000
CHOOSE_GRADE = "Choose a category, or that there is no sanction."
CHOOSE_PATH = "Choose what follows."
_YES_NO = {"yes": True, "no": False}


def _several(**options: Any) -> forms.MultipleChoiceField:
    """Any number of the options; what is none of them is refused here."""
    return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False, **options)


class WordsField(LongTextField):
    """Several lines that stay on the record. It refuses only what cannot be kept and what is too long."""

    def __init__(self, *, limit: int = LONGEST_NOTE, rows: int = 4, required: bool = False, **options: Any) -> None:
        super().__init__(
            max_length=limit,
            required=required,
            widget=forms.Textarea({"rows": rows}),
            error_messages={
                "required": options.pop("missing", "Write something here."),
                "max_length": f"Shorten this to {limit:,} characters; it has %(show_value)d.",
                "null_characters_not_allowed": UNSTORABLE,
            },
            **options,
        )


@dataclass(frozen=True, slots=True)
class SanctionAsked:
    """One kind of sanction on the page, with the bound fields that it asks for; None where it does not."""

    kind: SanctionType
    tick: Any
    starts_on: Any
    ends_on: Any
    detail: Any
    grades: str

    @property
    def is_open(self) -> bool:
        """Whether it was ticked, or something about it is wrong."""
        asked = (self.tick, self.starts_on, self.ends_on, self.detail)
        return bool(self.tick.value()) or any(each is not None and each.errors for each in asked)


class DecisionForm(forms.Form):
    """What the head teacher chooses. Nothing is ticked beforehand. Duties S2, S3 (CC 2.3.1, 5, CM 2.3.1, 5).

    ``is_revision``: an earlier decision is changed, and why is always said.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        framework: Framework,
        audience: Audience,
        proposed: str,
        may_be_restorative: bool,
        is_revision: bool = False,
    ) -> None:
        super().__init__(data)
        self.framework, self.audience, self.proposed = framework, audience, proposed
        self.may_be_restorative = may_be_restorative
        self.categories = [each for each in framework.categories(audience) if each.enabled]
        self.kinds = {
            code: framework.sanction_type(code) for category in self.categories for code in category.sanctions
        }
        self.fields["grade"] = ChosenField(
            label="Which category is it?", choices=list(self._grades()), missing=CHOOSE_GRADE, required=True
        )
        self.fields["path"] = ChosenField(
            label="What follows?",
            help_text="Leave this where there is no sanction.",
            choices=list(self._paths()),
            missing=CHOOSE_PATH,
            required=False,
        )
        for code, kind in self.kinds.items():
            self._add_sanction(code, kind)
        self.fields["warns"] = forms.BooleanField(
            label="A warning is given",
            help_text="It is a record of its own: the same breach again moves up.",
            required=False,
        )
        if may_be_restorative:
            self.fields["agreed"] = WordsField(label="What was agreed?", limit=REASON_LIMIT, rows=3)
            self.fields["review_on"] = DayMonthYearField(label="When is it looked at again?", required=False)
        self.fields["reason"] = WordsField(
            label="Why is the decision changed?" if is_revision else "Your reason",
            help_text="It stays on the record with your name."
            if is_revision
            else "Needed where you leave what is proposed, or where nothing follows. It stays on the record.",
            limit=REASON_LIMIT,
            required=is_revision,
            missing="Say why the decision is changed.",
        )

    def _grades(self) -> Iterable[tuple[str, str]]:
        for each in self.categories:
            mark = " (as proposed)" if each.grade == self.proposed else ""
            yield each.grade, f"Category {each.grade}{mark}: {each.meaning}"
        mark = " (as proposed)" if not self.proposed else ""
        yield NOTHING, f"No sanction{mark}: nothing is found"

    def _paths(self) -> Iterable[tuple[str, str]]:
        yield "sanction", "A sanction or a warning"
        if self.may_be_restorative:
            yield "restorative", "Putting it right instead"
        yield "none", "Nothing further"

    def _add_sanction(self, code: str, kind: SanctionType) -> None:
        name, grades = f"sanction_{code}", self._grades_of(code)
        others = "" if self.proposed in grades else grades
        self.fields[name] = forms.BooleanField(label=kind.text, help_text=_about(kind, others), required=False)
        if kind.ends:
            self.fields[f"{name}_start"] = DayMonthYearField(
                label="First day", help_text="Leave it empty for today.", required=False
            )
            self.fields[f"{name}_end"] = DayMonthYearField(label="Last day", required=False)
        if kind.specify:
            self.fields[f"{name}_detail"] = forms.CharField(
                label="Which is it?",
                max_length=300,
                required=False,
                error_messages={"null_characters_not_allowed": UNSTORABLE},
            )

    @property
    def main_sanctions(self) -> list[SanctionAsked]:
        """The sanctions that the proposed category allows; where nothing is proposed, all."""
        return [each for each in self._asked() if not self.proposed or self.proposed in each.grades]

    @property
    def other_sanctions(self) -> list[SanctionAsked]:
        """Those of the other categories alone."""
        main = {each.kind.code for each in self.main_sanctions}
        return [each for each in self._asked() if each.kind.code not in main]

    @property
    def others_open(self) -> bool:
        """Whether one of the others was ticked."""
        return any(each.is_open for each in self.other_sanctions)

    @property
    def right_open(self) -> bool:
        """Whether something was said of putting it right."""
        names = [each for each in ("agreed", "review_on") if each in self.fields]
        return self["path"].value() == "restorative" or any(self[each].errors for each in names)

    def _asked(self) -> Iterable[SanctionAsked]:
        for code, kind in self.kinds.items():
            name = f"sanction_{code}"
            yield SanctionAsked(
                kind=kind,
                tick=self[name],
                starts_on=self[f"{name}_start"] if kind.ends else None,
                ends_on=self[f"{name}_end"] if kind.ends else None,
                detail=self[f"{name}_detail"] if kind.specify else None,
                grades=self._grades_of(code),
            )

    def _grades_of(self, code: str) -> str:
        return "".join(each.grade for each in self.categories if code in each.sanctions)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("grade") and said["grade"] != NOTHING and not said.get("path") and "path" not in self.errors:
            self.add_error("path", CHOOSE_PATH)
        return said

    @property
    def choice(self) -> Choice:
        """What was chosen; of a valid form."""
        said, today = self.cleaned_data, timezone.localdate()
        grade: Grade | None = None if said["grade"] == NOTHING else said["grade"]
        wanted = tuple(
            Wanted(
                code=code,
                starts_on=said.get(f"sanction_{code}_start") or today,
                ends_on=said.get(f"sanction_{code}_end"),
                detail=said.get(f"sanction_{code}_detail", ""),
            )
            for code in self.kinds
            if said[f"sanction_{code}"]
        )
        path: Path = said["path"] or "none"
        is_right = path == "restorative"
        return Choice(
            grade=grade,
            path=path if grade is not None or wanted or said["warns"] or is_right else "none",
            reason=said["reason"],
            sanctions=wanted,
            warns=said["warns"],
            agreed=said.get("agreed", "") if is_right else "",
            review_on=said.get("review_on") if is_right else None,
        )

    def show(self, problems: Iterable[Problem]) -> None:
        """Put what keeps the choice from standing beside its fields."""
        for each in problems:
            name = each.field
            if name.startswith("sanction_"):
                name = self._part_of(name, each.text)
            elif name not in self.fields:
                name = "path"
            self.add_error(name, each.text)

    def _part_of(self, name: str, text: str) -> str:
        end, detail = f"{name}_end", f"{name}_detail"
        if end in self.fields and ("ends:" in text or "last day" in text):
            return end
        return detail if detail in self.fields and text.startswith("Say which") else name


def _about(kind: SanctionType, others: str) -> str:
    """What is to know of a sanction. ``others``: the categories it belongs to, where that is not the proposed one."""
    notes = [
        *([f"Category {' or '.join(others)}."] if others else []),
        *(["It counts as a warning."] if kind.counts_as_warning else []),
        *(["The network manager is told whom, what and until when."] if kind.tells == "network_manager" else []),
    ]
    return " ".join(notes)


class FactsForm(forms.Form):
    """The facts of one person's part: what the form suggests stands there, and every part of it can be put right."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        framework: Framework,
        audience: Audience,
        facts: Mapping[str, Any],
        suggested: Mapping[str, Any],
    ) -> None:
        told = {True: "yes", False: "no", None: ""}[facts["told_staff_promptly"]]
        super().__init__(data, initial={**facts, "told_staff_promptly": told})
        self.facts, self.suggested, self.audience = facts, suggested, audience
        self.fields["breaches"] = _several(
            label="Which rules were broken?",
            help_text="What is only a repetition is not offered: the record decides that.",
            choices=[
                (
                    f"Category {category.grade}: {category.meaning}",
                    [
                        (each.code, each.text)
                        for each in category.breaches
                        if each.persists_from is None or each.code in facts["breaches"]
                    ],
                )
                for category in framework.categories(audience)
                if category.enabled
            ],
        )
        self.fields["is_deliberate"] = forms.BooleanField(label="On purpose", required=False)
        self.fields["is_accidental"] = forms.BooleanField(
            label="By accident", help_text="Tick both where it began by accident and went on by choice.", required=False
        )
        is_pupil = audience == "pupil"
        if is_pupil:
            self.fields["told_staff_promptly"] = forms.ChoiceField(
                label="Did the child tell a member of staff promptly?",
                help_text="An accident that was told is nobody's fault.",
                widget=forms.RadioSelect,
                choices=[("yes", "Yes"), ("no", "No"), ("", "Nobody has answered yet")],
                required=False,
            )
        self.fields["is_extreme"] = forms.BooleanField(label="It is extreme", required=False)
        self.fields["is_illegal_material"] = forms.BooleanField(
            label="The material may be against the law", required=False
        )
        self.fields["was_distributed"] = forms.BooleanField(label="It was passed on to others", required=False)
        if is_pupil:
            self.fields["restorative_tried"] = forms.BooleanField(
                label="Putting things right between them was tried before", required=False
            )
            self.fields["needs"] = _several(
                label="What is known of the child's needs?",
                help_text="It moves nothing by itself. Whoever decides weighs it.",
                choices=[(code, words[:1].upper() + words[1:]) for code, words in NEEDS.items()],
            )
        self.fields["note"] = WordsField(
            label="Why do the facts differ from the form?",
            help_text="Needed where they do. It stays on the record with your name.",
            rows=3,
        )

    @property
    def also(self) -> list[Any]:
        """The ticks that stand together under one heading."""
        names = ("is_extreme", "is_illegal_material", "was_distributed", "restorative_tried")
        return [self[each] for each in names if each in self.fields]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not self.errors and not said["note"].strip() and self._differs():
            self.add_error("note", "Say why the facts differ from what the form says.")
        return said

    def _differs(self) -> bool:
        said = self.cleaned_data
        flags = ("is_deliberate", "is_accidental", "is_illegal_material", "was_distributed")
        return set(said["breaches"]) != set(self.suggested["breaches"]) or any(
            said[each] != self.suggested[each] for each in flags
        )

    @property
    def confirmed(self) -> Confirmed:
        """The facts as they were said; of a valid form."""
        said = self.cleaned_data
        return Confirmed(
            breaches=frozenset(said["breaches"]),
            is_deliberate=said["is_deliberate"],
            is_accidental=said["is_accidental"],
            told_staff_promptly=_YES_NO.get(said.get("told_staff_promptly", "")),
            is_extreme=said["is_extreme"],
            is_illegal_material=said["is_illegal_material"],
            was_distributed=said["was_distributed"],
            restorative_tried=said.get("restorative_tried", False),
            needs=frozenset(said.get("needs", ())),
            note=said["note"],
        )
