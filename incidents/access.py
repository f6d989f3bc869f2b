"""Which incidents somebody may know of, and which they run. Deny beats allow.

Used through ``Incident.objects.visible_to(viewer)`` and its siblings, which also take out every case that the viewer is
in conflict with. Which posts read a case, which one runs it and from which it is kept was worked out by routing and
stands on the incident. ``to`` is the way from a row to its incident, such as ``incident__``.
"""

from django.db.models import Q

from schools.roles import GRANTS, Permission, Role
from schools.viewer import Viewer

# Whoever is this is told nothing of a case, not even what became of their own report of it.
ITSELF_ABOUT = ("subject", "about")
# The posts that read hardly any case; those that they read have an index.
READ_FEW = ("chair_of_governors", "vice_chair")


def _posts(viewer: Viewer, permission: Permission) -> list[str]:
    return sorted(role.value for role in viewer.roles & GRANTS[permission].keys())


def visible_q(viewer: Viewer, to: str = "") -> Q:
    """The incidents that one of the viewer's posts reads, and that are kept from none of them.

    Duties D1, R7 (CM 3.2, NE). No post, no rows. An emergency reader reads all that is not kept from them.
    """
    posts = _posts(viewer, Permission.READ_INCIDENTS)
    if not posts:
        return Q(pk__in=[])
    known = Q(**{f"{to}school_id": viewer.school_id}) & ~Q(**{f"{to}status": "draft"})
    if Role.EMERGENCY_READER not in viewer.roles:
        known &= Q(**{f"{to}read_by__overlap": posts})
        if set(posts) <= set(READ_FEW):
            # Said again so that Postgres takes the index of these few instead of looking through a whole school.
            known &= Q(**{f"{to}read_by__overlap": list(READ_FEW)})
    return known & ~Q(**{f"{to}kept_out__overlap": sorted(role.value for role in viewer.roles)})


def may_run(viewer: Viewer, handler_post: str) -> bool:
    """Whether a case that was routed to this post is the viewer's to write in. Duties R1, R4, R5. Pure.

    It says nothing of a conflict: whoever asks has fetched the case through ``visible_to``.
    """
    return handler_post in _posts(viewer, Permission.HANDLE_INCIDENTS)


def run_q(viewer: Viewer, to: str = "") -> Q:
    """The incidents that were routed to one of the viewer's posts, among those they may know of. Duties R1, R4, R5."""
    posts = _posts(viewer, Permission.HANDLE_INCIDENTS)
    return visible_q(viewer, to) & Q(**{f"{to}handler_post__in": posts})


def conflict_q(viewer: Viewer) -> Q:
    """What denies: the viewer is a subject of the case, affected by it or related to one of these. Duty R7 (NE)."""
    return Q(school_id=viewer.school_id, person_id=viewer.person_id, until_revision__isnull=True)


def own_q(viewer: Viewer) -> Q:
    """The reports somebody wrote: they see that each was picked up, not what was decided. Duty R1 (CC 4.1)."""
    if not viewer.may(Permission.SEE_OWN_REPORTS):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id, started_by_id=viewer.person_id)


def about_oneself_q(viewer: Viewer) -> Q:
    """The conflicts that deny even one's own report: the subject of a case does not know of it. Duty R7 (NE)."""
    return conflict_q(viewer) & Q(why__in=ITSELF_ABOUT)


def told_q(viewer: Viewer) -> Q:
    """What the viewer was told of by a post that they hold today. Duties S5, R6 (CC 5.2.2, CM 4.1)."""
    return Q(
        school_id=viewer.school_id,
        person_id=viewer.person_id,
        post__in=sorted(role.value for role in viewer.roles),
    )
