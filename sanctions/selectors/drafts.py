"""What the editor of the framework shows: the draft part by part, and all of it before it is published. Duty S1."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from packs.schema import (
    AUDIENCES,
    GRADES,
    LOOK_BACKS,
    Audience,
    Grade,
    LookBack,
    Pack,
    SanctionType,
)
from sanctions.models import FrameworkDraft
from sanctions.rules import editing
from sanctions.rules.comparing import Change, difference, look_back_text
from sanctions.rules.frameworks import AUDIENCE_WORDS, MAX_DAYS, Fault, content_of, laid_down, sha256_of
from sanctions.selectors.dry_runs import DryRunShown, newest_dry_run
from sanctions.selectors.editor_fields import (
    CategoryFields,
    Choice,
    LineField,
    category_fields,
    line_fields,
    post_choices,
)
from sanctions.selectors.framework import ObligationLine, grouped, obligation_line, sanction_notes
from sanctions.selectors.frameworks import Opened, faults_of, opened, posts_that_carry_out
from schools.selectors import pack_of
from schools.viewer import Viewer

LOOK_BACK_LABELS: dict[LookBack, str] = {
    "school_year": "The current school year",
    "days": "A number of days before it happened",
    "whole_time": "The whole time at the school",
}


@dataclass(frozen=True, slots=True)
class FaultShown:
    """A fault, and the page where it can be seen to."""

    text: str
    page: str
    """``category``, ``sanction``, ``look_back``, ``form``, or ``policy`` where there is none."""
    audience: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class DraftHead:
    """What every page of the editor says of the draft."""

    pack: Pack
    edition: int
    saved_at: datetime
    number_in_force: int
    """0: the policy's own."""
    is_of_policy_now: bool = True


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of the draft: what it holds, whether it differs from what is in force, and whether it has faults."""

    audience: str
    code: str
    title: str
    about: str
    is_changed: bool
    faults_count: int


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The draft part by part."""

    head: DraftHead
    categories: tuple[tuple[str, tuple[PartLine, ...]], ...]
    sanctions: tuple[PartLine, ...]
    look_back: PartLine
    forms: tuple[PartLine, ...]
    faults: tuple[FaultShown, ...]
    changes_count: int


@dataclass(frozen=True, slots=True)
class CategoryEditor:
    """The page of one category of the draft."""

    head: DraftHead
    audience: Audience
    audience_title: str
    grade: Grade
    fields: CategoryFields
    laid_down: tuple[ObligationLine, ...]
    is_of_policy: bool
    faults: tuple[FaultShown, ...]
    differences: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class SanctionEditor:
    """The page of one sanction of the school's own; ``code`` is empty for a new one."""

    head: DraftHead
    code: str
    typed: editing.TypedSanction
    tells: tuple[Choice, ...]
    policies: tuple[tuple[str, tuple[str, ...]], ...]
    faults: tuple[FaultShown, ...]
    differences: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class LookBackEditor:
    """The page of the look-back."""

    head: DraftHead
    choices: tuple[Choice, ...]
    days: int | None
    most_days: int
    note: str
    faults: tuple[FaultShown, ...]
    differences: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class FormEditor:
    """The page of what the printed form suggests for one audience."""

    head: DraftHead
    audience: Audience
    audience_title: str
    lines: tuple[LineField, ...]
    faults: tuple[FaultShown, ...]
    differences: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All that a draft changes, what keeps it from being published, and what past cases would have come to."""

    head: DraftHead
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    faults: tuple[FaultShown, ...]
    dry_run: DryRunShown | None
    says_nothing_new: bool


_EMPTY = editing.TypedSanction("", ends=False, head_only=False, counts_as_warning=False, specify=False, tells=None)


def overview_page(*, viewer: Viewer) -> OverviewPage:
    """The draft part by part. Three queries. Raises NotAllowed, FrameworkDraft.DoesNotExist."""
    found = opened(viewer)
    changes, faults = found.changes(), found.faults()
    changed = {each.part for each in changes}
    counts = {part: sum(each.part == part for each in faults) for part in {each.part for each in faults}}
    framework = found.framework

    def line(part: str, audience: str, code: str, title: str, about: str, changed_as: str = "") -> PartLine:
        return PartLine(audience, code, title, about, (changed_as or part) in changed, counts.get(part, 0))

    return OverviewPage(
        head=_head(found, adopted=pack_of(viewer=viewer)),
        categories=tuple(
            (
                AUDIENCE_WORDS[audience],
                tuple(
                    line(
                        f"{audience}-{each.grade}",
                        audience,
                        each.grade,
                        f"Category {each.grade}",
                        f"{_count(len(each.breaches), 'breach', 'breaches')}, "
                        f"{_count(len(each.sanctions), 'sanction', 'sanctions')}, "
                        f"{_count(len(each.obligations), 'obligation', 'obligations')}"
                        if each.enabled
                        else "Not used",
                    )
                    for each in framework.categories(audience)
                ),
            )
            for audience in AUDIENCES
        ),
        sanctions=tuple(
            line(f"sanction-{each.code}", "", each.code, each.text or "No words yet", ", ".join(sanction_notes(each)))
            for each in _own(framework.sanction_types)
        ),
        look_back=line("look-back", "", "", "Look-back", look_back_text(framework.escalation).capitalize()),
        forms=tuple(
            line(
                f"form-{audience}",
                audience,
                "",
                f"What the form suggests: {AUDIENCE_WORDS[audience].lower()}",
                _count(len(editing.lines_of(framework, audience)), "line", "lines"),
            )
            for audience in AUDIENCES
        ),
        faults=_shown(faults),
        changes_count=len(changes),
    )


def category_editor(
    *, viewer: Viewer, audience: Audience, grade: Grade, typed: editing.TypedCategory | None = None
) -> CategoryEditor:
    """One category of the draft, with what was typed in place of what is kept where that was refused. Two queries.

    Raises NotAllowed, FrameworkDraft.DoesNotExist.
    """
    found = opened(viewer)
    policy = found.pack.framework
    said = typed or editing.typed_category(found.framework, audience, grade, policy=policy)
    would_be = editing.with_category(found.framework, audience, grade, said, policy=policy)
    own = policy.category(audience, grade)
    return CategoryEditor(
        head=_head(found),
        audience=audience,
        audience_title=AUDIENCE_WORDS[audience],
        grade=grade,
        fields=category_fields(found, audience, grade, said),
        laid_down=tuple(obligation_line(each) for each in laid_down(policy, audience, grade)),
        is_of_policy=own.enabled,
        faults=_shown(faults_of(would_be, found.pack), f"{audience}-{grade}"),
        differences=difference(found.framework, would_be),
    )


def sanction_editor(*, viewer: Viewer, code: str | None, typed: editing.TypedSanction | None = None) -> SanctionEditor:
    """One sanction of the school's own, or an empty page for a new one. Two queries.

    Raises NotAllowed, FrameworkDraft.DoesNotExist, editing.UnknownSanction.
    """
    found = opened(viewer)
    there = next((each for each in _own(found.framework.sanction_types) if each.code == code), None)
    if code is not None and there is None:
        raise editing.UnknownSanction(code)
    said = typed or (_EMPTY if there is None else _typed(there))
    would_be = editing.with_sanction(found.framework, code, said)
    return SanctionEditor(
        head=_head(found),
        code=code or "",
        typed=said,
        tells=(
            Choice("", "Nobody else is told", said.tells is None),
            *(each for each in post_choices(said.tells) if each.is_chosen or each.value in posts_that_carry_out()),
        ),
        policies=tuple((each.text, sanction_notes(each)) for each in found.pack.framework.sanction_types),
        faults=() if code is None else _shown(faults_of(would_be, found.pack), f"sanction-{code}"),
        differences=difference(found.framework, would_be) if typed else (),
    )


def look_back_editor(*, viewer: Viewer, typed: tuple[LookBack, int | None] | None = None) -> LookBackEditor:
    """How far back an earlier warning or decision counts. Two queries. Duty S4.

    Raises NotAllowed, FrameworkDraft.DoesNotExist.
    """
    found = opened(viewer)
    escalation, policy = found.framework.escalation, found.pack.framework.escalation
    chosen, days = typed or (escalation.look_back, escalation.look_back_days)
    would_be = editing.with_look_back(found.framework, chosen, days)
    offered = {policy.look_back, *policy.look_back_choices}
    return LookBackEditor(
        head=_head(found),
        choices=tuple(Choice(each, LOOK_BACK_LABELS[each], each == chosen) for each in LOOK_BACKS if each in offered),
        days=days,
        most_days=MAX_DAYS,
        note=policy.look_back_note,
        faults=_shown(faults_of(would_be, found.pack), "look-back"),
        differences=difference(found.framework, would_be),
    )


def form_editor(
    *, viewer: Viewer, audience: Audience, typed: tuple[editing.TypedLine, ...] | None = None
) -> FormEditor:
    """What the printed form suggests for one audience. Two queries. Raises NotAllowed, FrameworkDraft.DoesNotExist."""
    found = opened(viewer)
    lines = editing.lines_of(found.framework, audience) if typed is None else typed
    would_be = editing.with_form(found.framework, audience, lines)
    return FormEditor(
        head=_head(found),
        audience=audience,
        audience_title=AUDIENCE_WORDS[audience],
        lines=line_fields(found, audience, lines),
        faults=_shown(faults_of(would_be, found.pack), f"form-{audience}"),
        differences=difference(found.framework, would_be),
    )


def review_page(*, viewer: Viewer) -> ReviewPage:
    """The draft before it is published. Four queries. Raises NotAllowed, FrameworkDraft.DoesNotExist."""
    found = opened(viewer)
    content = content_of(found.framework)
    changes = found.changes()
    return ReviewPage(
        head=_head(found, adopted=pack_of(viewer=viewer)),
        changes=grouped(changes),
        faults=_shown(found.faults()),
        dry_run=newest_dry_run(viewer=viewer, sha256=sha256_of(content)),
        says_nothing_new=content == content_of(found.before),
    )


def _head(found: Opened, *, adopted: Pack | None = None) -> DraftHead:
    draft: FrameworkDraft = found.draft
    return DraftHead(
        pack=found.pack,
        edition=draft.edition,
        saved_at=draft.edited_at,
        number_in_force=found.in_force.number if found.in_force else 0,
        is_of_policy_now=adopted is None or adopted.key == found.pack.key,
    )


def _own(types: Iterable[SanctionType]) -> tuple[SanctionType, ...]:
    return tuple(each for each in types if editing.is_own(each.code))


def _typed(each: SanctionType) -> editing.TypedSanction:
    return editing.TypedSanction(
        text=each.text,
        ends=each.ends,
        head_only=each.head_only,
        counts_as_warning=each.counts_as_warning,
        specify=each.specify,
        tells=each.tells,
    )


def _shown(faults: Iterable[Fault], part: str = "") -> tuple[FaultShown, ...]:
    """Faults with their pages; those of one part alone where one is named."""
    return tuple(_fault(each) for each in faults if not part or each.part == part)


def _fault(each: Fault) -> FaultShown:
    kind, _, rest = each.part.partition("-")
    if kind in AUDIENCES and rest in GRADES:
        return FaultShown(each.message, "category", kind, rest)
    if kind == "sanction" and editing.is_own(rest):
        return FaultShown(each.message, "sanction", code=rest)
    if kind == "form":
        return FaultShown(each.message, "form", rest)
    return FaultShown(each.message, "look_back" if each.part == "look-back" else "policy")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
