"""Which framework holds: the school's newest version for an edition of the policy, or the policy's own. Duty S1."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from packs import loader
from packs.schema import POSTS, FormField, Framework, Pack, Post
from sanctions.models import FrameworkDraft, FrameworkVersion
from sanctions.rules.comparing import Change, difference
from sanctions.rules.frameworks import Fault, codes_of, faults, framework_from
from schools.roles import GRANTS, Permission, Role
from schools.viewer import Viewer

HASH_SHOWN = 12
POLICY_S_OWN = 0
"""The number under which the policy's own framework is compared."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version, or whether another one holds now."""

    id: UUID
    number: int
    published_at: datetime
    published_by: str
    note: str
    sha256: str
    pack: Pack
    is_in_force: bool

    @property
    def short_hash(self) -> str:
        """The beginning of its hash, enough to tell it from any other."""
        return self.sha256[:HASH_SHOWN]


@dataclass(frozen=True, slots=True)
class Opened:
    """The draft as it is edited, and what it is held against. ``in_force`` None: the policy's own."""

    draft: FrameworkDraft
    framework: Framework
    pack: Pack
    in_force: FrameworkVersion | None
    before: Framework

    def faults(self) -> tuple[Fault, ...]:
        """What keeps it from being published."""
        return faults_of(self.framework, self.pack)

    def changes(self) -> tuple[Change, ...]:
        """What it changes against the framework in force."""
        return difference(self.before, self.framework)


def framework_for(school_id: UUID, pack_code: str, pack_version: int) -> tuple[FrameworkVersion | None, Framework]:
    """The framework that holds for cases of this edition of the policy; None where it is the policy's own. One query.

    Duty S1 (CC 5, CM 5). Raises packs.loader.UnknownPack.
    """
    rows = FrameworkVersion.objects.filter(school_id=school_id, pack_code=pack_code, pack_version=pack_version)
    version = rows.order_by("-number").first()
    return version, framework_of(version, pack_code, pack_version)


def framework_of(version: FrameworkVersion | None, pack_code: str, pack_version: int) -> Framework:
    """The framework of a version that was published, or the policy's own where it is None. No query."""
    own = loader.get(pack_code, pack_version).framework
    return own if version is None else framework_from(version.content)


def versions_of(*, viewer: Viewer, in_force: FrameworkVersion | None) -> tuple[VersionLine, ...]:
    """Every version the school has published, the newest first, without their content. One query. Raises NotAllowed."""
    viewer.must(Permission.READ_POLICY)
    rows = FrameworkVersion.objects.filter(school_id=viewer.school_id).select_related("published_by")
    return tuple(version_line(each, in_force) for each in rows.defer("content").order_by("-number"))


def version_line(version: FrameworkVersion, in_force: FrameworkVersion | None) -> VersionLine:
    """A version in words. No query where who published it is fetched."""
    return VersionLine(
        id=version.pk,
        number=version.number,
        published_at=version.published_at,
        published_by=version.published_by.full_name,
        note=version.note,
        sha256=version.sha256,
        pack=loader.get(version.pack_code, version.pack_version),
        is_in_force=in_force is not None and in_force.pk == version.pk,
    )


def opened(viewer: Viewer) -> Opened:
    """The draft of the school. Two queries. Raises NotAllowed, FrameworkDraft.DoesNotExist."""
    viewer.must(Permission.EDIT_FRAMEWORK)
    return opened_draft(FrameworkDraft.objects.get(school_id=viewer.school_id))


def opened_draft(draft: FrameworkDraft) -> Opened:
    """A draft beside what is in force for its edition of the policy. One query."""
    in_force, before = framework_for(draft.school_id, draft.pack_code, draft.pack_version)
    pack = loader.get(draft.pack_code, draft.pack_version)
    return Opened(draft, framework_from(draft.content), pack, in_force, before)


def used_codes(school_id: UUID) -> frozenset[str]:
    """Every code that a published version of the school has given: past cases may name it. One query."""
    rows = FrameworkVersion.objects.filter(school_id=school_id).values_list("content", flat=True)
    return frozenset().union(*(codes_of(framework_from(each)) for each in rows))


def faults_of(framework: Framework, pack: Pack) -> tuple[Fault, ...]:
    """What keeps a framework from being published under an edition of the policy. No query."""
    answers = {(each.key, option.code) for each in answer_fields(pack) for option in each.options}
    return faults(
        framework, clauses=clause_texts(pack), policy=pack.framework, answers=answers, carriers=posts_that_carry_out()
    )


def posts_that_carry_out() -> tuple[Post, ...]:
    """The posts that have a page of the sanctions that they carry out. No query."""
    return tuple(each for each in POSTS if Role(each) in GRANTS[Permission.SEE_MEASURES])


# What the form says about the nature of an incident; other ticks say who it was about, or what was done.
_NATURE = frozenset({"types", "deliberate_material", "deliberate_considered_as", "accidental_material"})


def answer_fields(pack: Pack) -> tuple[FormField, ...]:
    """The fields of the policy's form whose answers can suggest a breach, in printed order. No query."""
    return tuple(each for section in pack.form.sections for each in section.fields if each.key in _NATURE)


def clause_texts(pack: Pack) -> Mapping[str, str]:
    """The clauses of the policy's agreements: id and words. No query."""
    return {clause.id: clause.text for each in pack.agreements for clause in each.clauses}
