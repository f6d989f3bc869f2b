"""What several tests of the kept agreements need: a family, a signature, its copy drawn."""

from django.utils import timezone

from aup.models import AgreementVersion, Signature
from dispatch import issuing, rendering
from dispatch.models import Document
from schools.models import Person, School
from tests import factories


def family(school: School, child: str = "Ada Olorun", parent: str = "Grace Olorun") -> tuple[Person, Person]:
    """A child of class 5B and a parent without a log-in."""
    made = factories.pupil(school, child)
    given, _, name = parent.partition(" ")
    grown = Person.objects.create(school=school, given_name=given, family_name=name, email="parent@example.org")
    factories.parent_of(made, grown)
    return made, grown


def signed(version: AgreementVersion, child: str = "Ada Olorun", parent: str = "Grace Olorun") -> Signature:
    """A parent's signature under a version, for a child of their own."""
    about, signer = family(version.school, child, parent)
    return factories.signature(version, signer, about)


def draw(document: Document) -> Document:
    """A document as the worker would leave it."""
    issuing.draw_document(
        school_id=document.school_id, document_id=document.pk, draw=rendering.draw, now=timezone.now()
    )
    document.refresh_from_db()
    return document


def draw_all() -> None:
    """Every document that waits."""
    for document in Document.objects.filter(drawn_at=None):
        draw(document)
