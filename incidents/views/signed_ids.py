"""The id of an incident to come, given with its form: a second click, or a second tab, makes no second incident."""

from typing import Literal
from uuid import UUID, uuid4

from django.core import signing

from schools.viewer import Viewer

# What a form makes: an id that was given with a report opens no record.
Kind = Literal["report", "record"]


def new_id() -> UUID:
    """An id for an incident that somebody may be about to make."""
    return uuid4()


def signed(viewer: Viewer, incident_id: UUID, kind: Kind) -> str:
    """The id as it stands in the form of this user at this school."""
    return signing.dumps([str(incident_id), str(viewer.user_id), str(viewer.school_id)], salt=_salt(kind))


def opened(viewer: Viewer, token: str, kind: Kind) -> UUID | None:
    """The id in a form of this kind; None unless it was given to this very user at this very school."""
    try:
        incident_id, user_id, school_id = signing.loads(token, salt=_salt(kind))
        if (user_id, school_id) != (str(viewer.user_id), str(viewer.school_id)):
            return None
        return UUID(incident_id)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _salt(kind: Kind) -> str:
    return f"incidents.id-of-a-form.{kind}"
