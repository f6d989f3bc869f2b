"""Like cases side by side, for whoever decides the next one. Duties S3, R7 (CC 5, CM 4.5.2, NE)."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from incidents.models import CaseOf
from packs.schema import AUDIENCES, GRADES, Framework
from sanctions.models import Case, Decision, FactsRecord, Sanction
from sanctions.rules.facts import NEEDS, Facts, facts_from
from sanctions.rules.fairness import WAYS
from sanctions.rules.looking_back import counted
from sanctions.selectors.frameworks import framework_for, framework_of
from schools.roles import Permission, Role
from schools.selectors import pack_of
from schools.viewer import NotAllowed, Viewer

PAGE_SIZE = 50
NO_CATEGORY = "none"
DEPARTED = "departed"
Choices = tuple[tuple[str, str], ...]
CATEGORIES: Choices = (*((grade, f"Category {grade}") for grade in GRADES), (NO_CATEGORY, "No category"))
DECIDED: Choices = (
    (DEPARTED, "Otherwise than proposed"),
    ("down", "Lighter than proposed"),
    ("up", "Graver than proposed"),
    ("none", "As proposed"),
)
AUDIENCE_TITLES = {"pupil": "Pupils", "staff": "Staff"}
PATHS = {"restorative": "Putting it right, as agreed", "none": "No sanction"}


@dataclass(frozen=True, slots=True)
class Alike:
    """What cases are to have in common. Empty means any."""

    category: str = ""
    """As it was proposed."""
    breach: str = ""
    """Audience and code, ``pupil:online_bullying``."""
    decided: str = ""


@dataclass(frozen=True, slots=True)
class CaseKey:
    """Where a page begins: after this case."""

    decided_at: datetime
    case_id: UUID

    def encode(self) -> str:
        """The key as a form carries it."""
        return base64.urlsafe_b64encode(f"{self.decided_at.isoformat()}|{self.case_id}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A sanction that was given: which, and for how many days where it ends."""

    text: str
    days: int | None


@dataclass(frozen=True, slots=True)
class LikeCase:
    """One decided case, without anybody's name."""

    incident_id: UUID
    reference: str
    decided_at: datetime
    is_staff: bool
    breaches: tuple[str, ...]
    facts: tuple[str, ...]
    needs: tuple[str, ...]
    proposed: str
    decided: str
    departure: str
    """Lighter, graver, as proposed or quashed."""
    is_departure: bool
    given: tuple[GivenLine, ...]
    instead: str
    """What was chosen where it was no sanction."""
    warned: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LikeCases:
    """A page of like cases, and the key of what comes after it."""

    rows: tuple[LikeCase, ...]
    older: str


@dataclass(frozen=True, slots=True)
class LikeOptions:
    """What can be chosen: the breaches of the framework in force, for pupils and for staff."""

    breaches: tuple[tuple[str, Choices], ...]
    categories: Choices = CATEGORIES
    decided: Choices = DECIDED


def may_compare(viewer: Viewer) -> bool:
    """Whether this viewer looks at cases side by side: the head teacher, who decides them. Duties S2, S3. Pure.

    A governor sees figures alone; a reason may hold a story.
    """
    return viewer.may(Permission.SEE_FAIRNESS) and Role.HEAD_TEACHER in viewer.roles


def decode_key(text: str) -> CaseKey | None:
    """The key in a form; None (the first page) when it is empty or not one of ours."""
    try:
        decided_at, case_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")
        moment = datetime.fromisoformat(decided_at)
        return None if moment.tzinfo is None else CaseKey(moment.astimezone(UTC), UUID(case_id))
    except (ValueError, OverflowError, binascii.Error):
        return None


def like_options(*, viewer: Viewer) -> LikeOptions:
    """What can be chosen. Two queries. Raises NotAllowed."""
    if not may_compare(viewer):
        raise NotAllowed
    code, version = pack_of(viewer=viewer).key
    _, framework = framework_for(school_id=viewer.school_id, pack_code=code, pack_version=version)
    return LikeOptions(
        tuple(
            (
                AUDIENCE_TITLES[audience],
                tuple(
                    (f"{audience}:{breach.code}", f"{category.grade}: {breach.text}")
                    for category in framework.categories(audience)
                    for breach in category.breaches
                ),
            )
            for audience in AUDIENCES
        )
    )


def like_cases(*, viewer: Viewer, alike: Alike, key: CaseKey | None = None) -> LikeCases:
    """Decided cases with this in common that the viewer may know of, newest first, fifty a page. Four queries.

    Deny beats allow: a case about somebody of the viewer's own is not among them. Raises NotAllowed.
    """
    if not may_compare(viewer):
        raise NotAllowed
    rows = _alike(viewer, alike)
    if key is not None:
        before = Q(case__decided_at__lt=key.decided_at) | Q(case__decided_at=key.decided_at, case_id__lt=key.case_id)
        rows = rows.filter(Q(case__decided_at__lte=key.decided_at) & before)
    found = list(rows.order_by("-case__decided_at", "-case_id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    older = ""
    if len(found) > PAGE_SIZE and (decided_at := shown[-1].case.decided_at):
        older = CaseKey(decided_at, shown[-1].case_id).encode()
    return LikeCases(_told(shown), older)


def _alike(viewer: Viewer, alike: Alike) -> QuerySet[CaseOf]:
    rows = (
        CaseOf.objects.visible_to(viewer)
        .filter(case__decided_at__isnull=False, case__withdrawn_at__isnull=True)
        .select_related("case", "case__framework")
    )
    if alike.category:
        rows = rows.filter(case__proposed="" if alike.category == NO_CATEGORY else alike.category)
    if alike.decided == DEPARTED:
        rows = rows.exclude(case__departure="none")
    elif alike.decided:
        rows = rows.filter(case__departure=alike.decided)
    if alike.breach:
        audience, _, code = alike.breach.partition(":")
        newest = FactsRecord.objects.filter(case=OuterRef("case_id"), number=OuterRef("case__facts_number"))
        rows = rows.filter(Exists(newest.filter(content__breaches__contains=[code])), case__audience=audience)
    return rows


def _told(rows: Iterable[CaseOf]) -> tuple[LikeCase, ...]:
    """The cases in words. Three queries, whatever their number."""
    rows = list(rows)
    cases = [each.case_id for each in rows]
    newest = FactsRecord.objects.filter(case__in=cases, number=F("case__facts_number"))
    facts = {case_id: facts_from(content) for case_id, content in newest.values_list("case_id", "content")}
    standing = Decision.objects.filter(case__in=cases, number=F("case__decisions_count"))
    decisions = {each.case_id: each for each in standing}
    given: dict[UUID, list[Sanction]] = {}
    for each in Sanction.objects.filter(decision__in=[each.pk for each in decisions.values()]):
        given.setdefault(each.case_id, []).append(each)
    return tuple(
        _line(each, facts[each.case_id], decisions[each.case_id], given.get(each.case_id, ())) for each in rows
    )


def _line(row: CaseOf, facts: Facts, decision: Decision, given: Iterable[Sanction]) -> LikeCase:
    case: Case = row.case
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    assert case.decided_at is not None
    return LikeCase(
        incident_id=row.incident_id,
        reference=case.reference,
        decided_at=case.decided_at,
        is_staff=case.audience == "staff",
        breaches=tuple(_breach(framework, facts, code) for code in sorted(facts.breaches)),
        facts=tuple(_in_short(facts)),
        needs=tuple(text for code, text in NEEDS.items() if code in facts.needs),
        proposed=case.proposed,
        decided=case.decided,
        departure="quashed on appeal" if decision.kind == "quashed" else _WAYS[case.departure],
        is_departure=case.departure != "none",
        given=tuple(GivenLine(_worded(each), _days(each)) for each in given),
        instead=PATHS.get(decision.path, ""),
        warned=decision.warns,
        reason=decision.reason,
    )


_WAYS: Mapping[str, str] = {
    "none": WAYS["none"],
    "down": f"{WAYS['down']} than proposed",
    "up": f"{WAYS['up']} than proposed",
}


def _in_short(facts: Facts) -> Iterable[str]:
    """What moved the category, or could have, in a few words."""
    if facts.is_deliberate:
        yield "deliberate"
    if facts.is_accidental:
        yield "began by accident" if facts.is_deliberate else "by accident"
    if facts.is_accidental and facts.told_staff_promptly is not None:
        yield "staff were told" if facts.told_staff_promptly else "staff were not told"
    if facts.is_extreme:
        yield "extreme"
    if facts.is_illegal_material:
        yield "material that may be illegal"
    if facts.was_distributed:
        yield "passed on"
    earlier = len(counted(facts).inside)
    yield f"repeated, {earlier} earlier on record" if earlier else "first on record"


def _breach(framework: Framework, facts: Facts, code: str) -> str:
    try:
        return framework.breach(facts.audience, code).text
    except LookupError:
        return code.replace("_", " ")


def _worded(sanction: Sanction) -> str:
    return f"{sanction.text}: {sanction.detail}" if sanction.detail else sanction.text


def _days(sanction: Sanction) -> int | None:
    """How long it was given for, the last day being one of them."""
    return None if sanction.ends_on is None else (sanction.ends_on - sanction.starts_on).days + 1
