"""Who stands where in a school on one day: the posts and their holders, the staff, the governors, the relatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from schools.roles import Role


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about people that routing goes by; people are ids. Duties R3, R7 (CC 4.1, CM 4.1, 4.4). Pure.

    ``holders``: who holds each post, whoever has held it longest first; a post that nobody holds is not in it.
    ``relatives``: for each person those related to them, in both directions.
    """

    holders: Mapping[Role, tuple[UUID, ...]] = field(default_factory=dict)
    staff: frozenset[UUID] = frozenset()
    governors: frozenset[UUID] = frozenset()
    relatives: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)

    def holders_of(self, post: Role) -> tuple[UUID, ...]:
        """Who holds a post, whoever has held it longest first; nobody: empty."""
        return self.holders.get(post, ())

    def posts_of(self, person_id: UUID) -> frozenset[Role]:
        """The posts that one person holds."""
        return frozenset(post for post, holders in self.holders.items() if person_id in holders)

    def relatives_of(self, person_id: UUID) -> frozenset[UUID]:
        """The people related to one person; nobody: empty."""
        return self.relatives.get(person_id, frozenset())
