"""A school in which every post is held, and what a test asks of it again and again."""

from typing import Any

from incidents.models import Conflict, Incident
from incidents.services.recording import save_page
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories

NAMES = {
    Role.COORDINATOR: "Jo Marsh",
    Role.HEAD_TEACHER: "Farida Whitlock",
    Role.DSL: "Marcus Oyelowe",
    Role.DEPUTY_DSL: "Siobhan Kaur",
    Role.CHAIR_OF_GOVERNORS: "Leonard Abara",
    Role.VICE_CHAIR: "Seun Prendergast",
    Role.RESOURCES_CHAIR: "Helga Nakamura",
}


def everybody(of: School) -> dict[Role, Person]:
    """One person for each post."""
    return {post: factories.person(of, name, post) for post, name in NAMES.items()}


def name_people(by: Viewer, case: Incident, *people: dict[str, Any], **options: Any) -> Incident:
    """The page of people saved with these."""
    case.refresh_from_db()
    return save_page(
        by=by,
        incident_id=case.pk,
        page_code="people",
        version=case.revision,
        answers={"people": list(people)},
        **options,
    )


def readers(case: Incident, holders: dict[Role, Person]) -> set[Role]:
    """The posts whose holders may know of it now."""
    return {
        post
        for post, who in holders.items()
        if Incident.objects.visible_to(factories.viewer(who)).filter(pk=case.pk).exists()
    }


def shut_out(case: Incident) -> dict[Any, str]:
    """Who is in conflict with it now, and why."""
    return dict(Conflict.objects.filter(incident=case, until_revision=None).values_list("person_id", "why"))
