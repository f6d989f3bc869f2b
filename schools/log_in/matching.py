"""Whose log-in an address belongs to, for those who are vouched for by somebody else."""

from collections.abc import Sequence

from django.utils import timezone

from schools.log_in.backends import as_kept
from schools.models import User
from schools.selectors import viewer_for


def member_by_address(addresses: Sequence[str]) -> User | None:
    """The open log-in with one of these addresses, if it is a member of a school today or administers the service.

    Two queries. Several log-ins: none.
    """
    found = list(User.objects.filter(email__in={as_kept(each) for each in addresses}, is_active=True)[:2])
    if len(found) != 1:
        return None
    user = found[0]
    if user.is_staff or viewer_for(user_id=user.pk, today=timezone.localdate()) is not None:
        return user
    return None
