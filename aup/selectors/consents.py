"""What parents have allowed, for everybody of a school at once. Duty A5 (CC 3.5.8, CM 3.6.6)."""

from collections.abc import Collection
from uuid import UUID

from aup.models import Signature
from aup.selectors.standing import StandingOf, moment_of, versions_in_force


def without_needed_consent(school_id: UUID, standing: StandingOf) -> frozenset[UUID]:
    """The children of a standing whom a parent has denied what access needs, by the newest answer of each. Two queries.

    A parent who may not sign for the child any more denies nothing. Rules.access (A1): access depends on every
    signature and on every consent that the document needs.
    """
    needed = {
        each["code"]
        for version in versions_in_force(school_id, standing.day)
        for each in version.content["consents"]
        if each["needed"]
    }
    if not needed:
        return frozenset()
    carers: dict[UUID, Collection[UUID]] = {each.person_id: each.signing_carers for each in standing.members}
    newest = (
        Signature.objects.filter(school_id=school_id, signed_at__lte=moment_of(standing.day))
        .exclude(consents={})
        .order_by("about_id", "signer_id", "-number")
        .distinct("about_id", "signer_id")
        .values_list("about_id", "signer_id", "consents")
    )
    return frozenset(
        about_id
        for about_id, signer_id, consents in newest
        if signer_id in carers.get(about_id, ()) and any(consents.get(code) is False for code in needed)
    )
