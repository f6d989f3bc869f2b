"""Which framework is in force."""

from uuid import UUID

from packs import loader
from packs.schema import Framework
from sanctions.models import FrameworkVersion


def framework_for(*, school_id: UUID, pack_code: str, pack_version: int) -> tuple[FrameworkVersion | None, Framework]:
    """The school's newest version for this policy, else the policy's own. One query. Duty S1 (CC 5, CM 5)."""
    version = (
        FrameworkVersion.objects.filter(school_id=school_id, pack_code=pack_code, pack_version=pack_version)
        .order_by("-number")
        .first()
    )
    return version, framework_of(version, pack_code, pack_version)


def framework_of(version: FrameworkVersion | None, pack_code: str, pack_version: int) -> Framework:
    """The framework of a version that was published, or the policy's own. No query."""
    return loader.get(pack_code, pack_version).framework
