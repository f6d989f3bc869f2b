"""The sanction framework in words: what is in force, and every version there was. Duty S1 (CC 5, CM 5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from packs.schema import AUDIENCES, Breach, Category, Framework, Obligation, Pack, SanctionType
from sanctions.models import FrameworkDraft, FrameworkVersion
from sanctions.rules.comparing import Change, difference, look_back_text
from sanctions.rules.frameworks import framework_from
from sanctions.selectors.frameworks import (
    POLICY_S_OWN,
    VersionLine,
    clause_texts,
    framework_for,
    version_line,
    versions_of,
)
from schools.roles import ROLE_NAMES, Permission, Role
from schools.selectors import pack_of
from schools.viewer import Viewer

AUDIENCE_TITLES = {"pupil": "Pupils", "staff": "Staff"}


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """A sanction that a category allows, and what is said about it."""

    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """Something that must follow, and its duties."""

    text: str
    duties: str


@dataclass(frozen=True, slots=True)
class ClauseLink:
    """A clause of an agreement that a breach breaks; ``agreement`` is empty where the policy has none such."""

    id: str
    agreement: str
    text: str


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A breach, what it breaks, and the clause of the policy that grades it; none where the school does."""

    text: str
    clauses: tuple[ClauseLink, ...]
    source: str
    repeats: str


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """One grade: what it means, what belongs to it, what may and what must follow."""

    grade: str
    meaning: str
    enabled: bool
    breaches: tuple[BreachLine, ...]
    sanctions: tuple[SanctionLine, ...]
    obligations: tuple[ObligationLine, ...]
    source: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What moves a case to another category."""

    when: str
    becomes: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """The framework for pupils, or for staff."""

    code: str
    title: str
    categories: tuple[CategoryPage, ...]
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """The whole framework that holds. ``in_force`` None: the policy's own."""

    pack: Pack
    audiences: tuple[AudiencePage, ...]
    principle: str
    look_back: str
    look_back_note: str
    in_force: VersionLine | None
    versions: tuple[VersionLine, ...]
    may_edit: bool
    has_draft: bool


@dataclass(frozen=True, slots=True)
class AgainstChoice:
    """A framework that a version can be compared with."""

    number: int
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version whole, and what differs from another."""

    line: VersionLine
    audiences: tuple[AudiencePage, ...]
    look_back: str
    against: str
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    choices: tuple[AgainstChoice, ...]


def framework_page(*, viewer: Viewer) -> FrameworkPage:
    """The framework that the school works by now. Four queries. Raises NotAllowed."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    version, framework = framework_for(viewer.school_id, pack.code, pack.version)
    lines = versions_of(viewer=viewer, in_force=version)
    may_edit = viewer.may(Permission.EDIT_FRAMEWORK)
    return FrameworkPage(
        pack=pack,
        audiences=_audiences(framework, pack),
        principle=framework.escalation.principle,
        look_back=look_back_text(framework.escalation),
        look_back_note=framework.escalation.look_back_note,
        in_force=next((each for each in lines if each.is_in_force), None),
        versions=lines,
        may_edit=may_edit,
        has_draft=may_edit and FrameworkDraft.objects.filter(school_id=viewer.school_id).exists(),
    )


def framework_version_page(*, viewer: Viewer, number: int, against: int | None = None) -> VersionPage:
    """One version whole, and what differs from another, or from the one before. Four queries.

    ``against`` is the number of another version of the school, 0 the policy's own. Raises NotAllowed,
    FrameworkVersion.DoesNotExist.
    """
    viewer.must(Permission.READ_POLICY)
    rows = FrameworkVersion.objects.select_related("published_by").filter(school_id=viewer.school_id)
    version = rows.get(number=number)
    newest = rows.filter(pack_code=version.pack_code, pack_version=version.pack_version).defer("content").first()
    numbers = list(rows.exclude(number=number).values_list("number", flat=True))
    before = max((each for each in numbers if each < number), default=POLICY_S_OWN)
    other = before if against is None else against
    line = version_line(version, newest)
    theirs = line.pack.framework if other == POLICY_S_OWN else framework_from(rows.get(number=other).content)
    framework = framework_from(version.content)
    return VersionPage(
        line=line,
        audiences=_audiences(framework, line.pack),
        look_back=look_back_text(framework.escalation),
        against=_against(other),
        changes=grouped(difference(theirs, framework)),
        choices=tuple(
            AgainstChoice(each, _against(each), each == other) for each in (*sorted(numbers, reverse=True), 0)
        ),
    )


def grouped(changes: tuple[Change, ...]) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    """Changes by where they are, in their order. Pure."""
    places = dict.fromkeys(each.where for each in changes)
    return tuple((where, tuple(each for each in changes if each.where == where)) for where in places)


def sanction_notes(sanction: SanctionType) -> tuple[str, ...]:
    """What is said about a sanction besides its words. Pure."""
    return (
        *(["the head teacher decides"] if sanction.head_only else []),
        *(["has an end date"] if sanction.ends else []),
        *(["counts as a warning"] if sanction.counts_as_warning else []),
        *(["it is said which"] if sanction.specify else []),
        *([f"{ROLE_NAMES[Role(sanction.tells)]} is told"] if sanction.tells else []),
    )


def obligation_line(obligation: Obligation) -> ObligationLine:
    """An obligation with its time and its duties. Pure."""
    hours = obligation.within_hours
    when = f", within {hours} hours" if hours and hours > 1 else (", within the hour" if hours else "")
    return ObligationLine(f"{obligation.text}{when}", ", ".join(obligation.duties))


def _against(number: int) -> str:
    return f"version {number}" if number else "the policy's own framework"


def _audiences(framework: Framework, pack: Pack) -> tuple[AudiencePage, ...]:
    agreements = frozenset(each.code for each in pack.agreements)
    clauses = clause_texts(pack)
    return tuple(
        AudiencePage(
            code=audience,
            title=AUDIENCE_TITLES[audience],
            categories=tuple(
                _category(framework, each, _texts(framework.categories(audience)), agreements, clauses)
                for each in framework.categories(audience)
            ),
            rules=tuple(
                RuleLine(rule.when, rule.becomes or "", rule.note, ", ".join(rule.source))
                for rule in framework.escalation.rules
                if rule.audience == audience
            ),
        )
        for audience in AUDIENCES
    )


def _texts(categories: tuple[Category, ...]) -> Mapping[str, str]:
    return {each.code: each.text for row in categories for each in row.breaches}


def _category(
    framework: Framework,
    category: Category,
    texts: Mapping[str, str],
    agreements: frozenset[str],
    clauses: Mapping[str, str],
) -> CategoryPage:
    return CategoryPage(
        grade=category.grade,
        meaning=category.meaning,
        enabled=category.enabled,
        breaches=tuple(_breach(each, texts, agreements, clauses) for each in category.breaches),
        sanctions=tuple(
            SanctionLine(each.text, sanction_notes(each))
            for each in (framework.sanction_type(code) for code in category.sanctions)
        ),
        obligations=tuple(obligation_line(each) for each in category.obligations),
        source=", ".join(category.source),
    )


def _breach(
    breach: Breach, texts: Mapping[str, str], agreements: frozenset[str], clauses: Mapping[str, str]
) -> BreachLine:
    return BreachLine(
        text=breach.text,
        clauses=tuple(
            ClauseLink(each, code if code in agreements else "", clauses.get(each, ""))
            for each in breach.clauses
            for code in [each.rpartition(".")[0]]
        ),
        source=", ".join(breach.source),
        repeats=texts.get(breach.persists_from or "", ""),
    )
