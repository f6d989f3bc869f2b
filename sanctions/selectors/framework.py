"""The sanction framework of the school's policy, in words. Duty S1 (CC 5, CM 5)."""

from dataclasses import dataclass

from packs.schema import AUDIENCES, Category, Framework, Pack
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer

AUDIENCE_TITLES = {"pupil": "Pupils", "staff": "Staff"}


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """A sanction that a category allows, and what the policy says about it."""

    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """Something that must follow, and its duties."""

    text: str
    duties: str


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """One grade: what it means, what belongs to it, what may and what must follow."""

    grade: str
    meaning: str
    enabled: bool
    breaches: tuple[str, ...]
    sanctions: tuple[SanctionLine, ...]
    obligations: tuple[ObligationLine, ...]
    source: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What moves a case to another category."""

    when: str
    becomes: str
    note: str


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """The framework for pupils, or for staff."""

    code: str
    title: str
    categories: tuple[CategoryPage, ...]
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """The whole framework of the adopted policy."""

    pack: Pack
    audiences: tuple[AudiencePage, ...]
    principle: str
    look_back: str


def framework_page(*, viewer: Viewer) -> FrameworkPage:
    """The framework of the policy the school works by. One query. Raises NotAllowed."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    framework = pack.framework
    return FrameworkPage(
        pack=pack,
        audiences=tuple(
            AudiencePage(
                code=audience,
                title=AUDIENCE_TITLES[audience],
                categories=tuple(_category(framework, each) for each in framework.categories(audience)),
                rules=tuple(
                    RuleLine(rule.when, rule.becomes or "", rule.note)
                    for rule in framework.escalation.rules
                    if rule.audience == audience
                ),
            )
            for audience in AUDIENCES
        ),
        principle=framework.escalation.principle,
        look_back=framework.escalation.look_back_note,
    )


def _category(framework: Framework, category: Category) -> CategoryPage:
    return CategoryPage(
        grade=category.grade,
        meaning=category.meaning,
        enabled=category.enabled,
        breaches=tuple(each.text for each in category.breaches),
        sanctions=tuple(_sanction(framework, code) for code in category.sanctions),
        obligations=tuple(
            ObligationLine(_by_when(each.text, each.within_hours), ", ".join(each.duties))
            for each in category.obligations
        ),
        source=", ".join(category.source),
    )


def _sanction(framework: Framework, code: str) -> SanctionLine:
    sanction = framework.sanction_type(code)
    notes = [
        *(["the head teacher decides"] if sanction.head_only else []),
        *(["has an end date"] if sanction.ends else []),
        *(["counts as a warning"] if sanction.counts_as_warning else []),
    ]
    return SanctionLine(sanction.text, tuple(notes))


def _by_when(text: str, hours: int | None) -> str:
    return f"{text}, within {hours} hours" if hours else text
