"""Agreements that are published, families, and signatures made the way people make them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from aup.models import AgreementVersion, Signature
from aup.rules.content import from_pack
from aup.services.publishing import issue
from aup.services.signing import Intent, Signer, sign
from packs import loader
from schools.models import Guardian, Person, School

YES_TO_ALL = {"internet_access": True, "publish_work": True, "publish_photographs": True, "video_calls": True}


def published(school: School, code: str = "parent", **changes: Any) -> AgreementVersion:
    """The agreement of the newest policy with this code, published now; ``changes`` replace parts of its content."""
    agreement = loader.latest("camden_2021").agreement(code)
    now = changes.pop("now", None) or timezone.now()
    return issue(
        school_id=school.pk,
        agreement=agreement,
        content={**from_pack(agreement), **changes},
        translations={},
        person_id=None,
        user_id=None,
        now=now,
    )


def parent_of(child: Person, parent: Person, **changes: Any) -> Guardian:
    """That somebody is a parent with parental responsibility, as the school has checked it."""
    said: dict[str, Any] = {
        "verified_by": child,
        "verified_at": timezone.now(),
        "starts_on": date(2020, 9, 1),
        "relation": "mother",
        "has_parental_responsibility": True,
    }
    return Guardian.objects.create(school_id=child.school_id, guardian=parent, child=child, **{**said, **changes})


def signer(person: Person, how: str = "link", **changes: Any) -> Signer:
    """Somebody who signs, as it is known that it is them."""
    return Signer(school_id=person.school_id, person_id=person.pk, how=how, **changes)


def signature(version: AgreementVersion, person: Person, about: Person | None = None, **changes: Any) -> Signature:
    """A signature under a version, with a yes to every consent that it asks for."""
    codes = [each["code"] for each in version.content["consents"]]
    said: dict[str, Any] = {"typed_name": person.full_name, "consents": dict.fromkeys(codes, True)}
    about_id: UUID = (about or person).pk
    now = changes.pop("now", None)
    intent = Intent(version_id=version.pk, about_id=about_id, **{**said, **changes})
    return sign(by=signer(person), intent=intent, now=now).signature
