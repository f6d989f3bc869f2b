"""The id of an incident to come, given with its form: a second click, or a second tab, makes no second incident."""

from uuid import UUID, uuid4

from django.core import signing

from schools.viewer import Viewer

_SALT = "incidents.id-of-a-form"


def new_id() -> UUID:
    """An id for an incident that somebody may be about to make."""
    return uuid4()


def signed(viewer: Viewer, incident_id: UUID) -> str:
    """The id as it stands in the form of this user at this school."""
    return signing.dumps([str(incident_id), str(viewer.user_id), str(viewer.school_id)], salt=_SALT)


def opened(viewer: Viewer, token: str) -> UUID | None:
    """The id in a form; None unless it was given to this very user at this very school."""
    try:
        incident_id, user_id, school_id = signing.loads(token, salt=_SALT)
        if (user_id, school_id) != (str(viewer.user_id), str(viewer.school_id)):
            return None
        return UUID(incident_id)
    except (signing.BadSignature, ValueError, TypeError):
        return None
