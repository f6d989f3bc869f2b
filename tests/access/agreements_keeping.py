"""Rows, bodies and requests of the pages that keep what was signed: class sessions, paper, register, files, posters."""

import hashlib
import io
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from aup.models import AgreementVersion, Bundle, FollowUp, Scan, Signature
from aup.services.bundles import ask_bundle
from aup.services.class_sessions import start_session
from aup.services.posters import ask_posters
from dispatch.models import Document
from schools.models import Guardian, Person, School
from schools.sealing import seal
from schools.viewer import Viewer
from tests import factories
from tests.access.scene import Ask, Example, World

ROWS = """
aup:signed |  | signature_reader/403 200 | signature_reader/403 200
aup:signature | signed | signature_reader/403 -other_coordinator/404 200 | 405
aup:signature_copy | signed | signature_reader/403 -other_coordinator/404 200 | 405
aup:signature_scan | signed | signature_reader/403 -other_coordinator/404 200 | 405
aup:bundles |  | 405 | signature_reader/403 302
aup:bundle | bundle | signature_reader/403 -other_coordinator/404 200 | signature_reader/403 -other_coordinator/404 302
aup:bundle_file | bundle | signature_reader/403 -other_coordinator/404 200 | 405
aup:follow_ups |  | signature_reader/403 200 | 405
aup:follow_up_done | follow-up | 405 | signature_reader/403 -other_coordinator/404 302
aup:classes |  | staff_member/403 200 | staff_member/403 302
aup:class_session | class session | staff_member/403 staff/404 200 | staff_member/403 staff/404 302
aup:end_class_session | class session | 405 | staff_member/403 staff/404 302
aup:paper |  | paper_keeper/403 200 | paper_keeper/403 200
aup:paper_find |  | 405 | paper_keeper/403 200
aup:paper_person | on paper | paper_keeper/403 -other_coordinator/404 200 | 405
aup:paper_record | on paper | paper_keeper/403 -other_coordinator/404 200 | paper_keeper/403 -other_coordinator/404 302
aup:posters |  | staff_member/403 200 | staff_member/403 -other_coordinator/404 302
aup:poster | poster | staff_member/403 -other_coordinator/404 200 | 405
"""
CLASS = "5B"
FILE = b"%PDF-1.7 a file"


def picture() -> bytes:
    """A scan."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    return file.getvalue()


def version_of(school: School, code: str) -> AgreementVersion:
    """The agreement in force with this code, published now if there is none."""
    there = AgreementVersion.objects.filter(school=school, code=code).order_by("-number").first()
    return there or factories.published(school, code)


def drawn(subject_id: UUID) -> None:
    """As the worker would leave the documents of a subject."""
    Document.objects.filter(subject_id=subject_id).update(
        drawn_at=timezone.now(), pdf_sealed=seal(FILE), pdf_sha256=hashlib.sha256(FILE).hexdigest(), pdf_bytes=len(FILE)
    )


def responsible(child: Person, parent: Person) -> None:
    """The tie that there is, with parental responsibility."""
    Guardian.objects.filter(child=child, guardian=parent).update(has_parental_responsibility=True)


def signed(child: Person, parent: Person) -> Signature:
    """A parent's signature with its copy drawn."""
    made = factories.signature(version_of(child.school, "pupil_ks2"), parent, child, typed_name=parent.given_name)
    drawn(made.pk)
    return made


def scanned(made: Signature) -> Signature:
    """The same with a scan."""
    Scan.objects.create(
        school_id=made.school_id,
        signature=made,
        media_type="image/png",
        sha256=hashlib.sha256(picture()).hexdigest(),
        size_bytes=len(picture()),
        content_sealed=seal(picture()),
    )
    return made


def follow_up(made: Signature) -> FollowUp:
    """A task because of a signature."""
    return FollowUp.objects.create(
        school_id=made.school_id, signature=made, about_id=made.about_id, code="publish_work", made_at=timezone.now()
    )


def bundle(by: Viewer) -> UUID:
    """The file of a class, ready."""
    bundle_id = ask_bundle(by=by, class_name=CLASS)
    Bundle.objects.filter(pk=bundle_id).update(
        state="made", finished_at=timezone.now(), pdf_sealed=seal(FILE), pdf_bytes=len(FILE)
    )
    return bundle_id


def make_kept(
    school: School, *, pupil: Person, parent: Person, keeper: Viewer, teacher: Viewer
) -> dict[str, dict[str, str]]:
    """One of everything in a school, by the names that the table asks for."""
    responsible(pupil, parent)
    text = version_of(school, "parent")
    made = scanned(signed(pupil, parent))
    session = start_session(by=teacher, class_name=CLASS, version_id=made.version_id)
    ask_posters(by=teacher, version_id=made.version_id)
    drawn(made.version_id)
    return {
        "signed": {"signature_id": str(made.pk)},
        "bundle": {"bundle_id": str(bundle(keeper))},
        "follow-up": {"follow_up_id": str(follow_up(made).pk)},
        "class session": {"session_id": str(session.pk), "child": str(pupil.pk)},
        "on paper": {
            "person_id": str(pupil.pk),
            "about_id": str(pupil.pk),
            "version_id": str(text.pk),
            "signer_id": str(parent.pk),
        },
        "poster": {"version_id": str(made.version_id), "paper": "a4"},
    }


# --- what is posted in the table -------------------------------------------------------------------------------------

Body = Mapping[str, Any] | Callable[[Any, Any, str], Mapping[str, Any]]


def _of(name: str, part: str, field: str, **more: str) -> Body:
    return lambda world, *_: {field: world.made[name][part], **more}


def _paper(version_id: str) -> dict[str, Any]:
    day = timezone.localdate()
    consents = AgreementVersion.objects.get(pk=version_id).content["consents"]
    return {
        "signed_on_day": str(day.day),
        "signed_on_month": str(day.month),
        "signed_on_year": str(day.year),
        "scan": SimpleUploadedFile("scan.png", picture(), "image/png"),
        **{f"consent_{each['code']}": "yes" for each in consents},
    }


def _on_paper(world: Any, *_: Any) -> Mapping[str, Any]:
    parts = world.made["on paper"]
    return {**_paper(parts["version_id"]), "name": Person.objects.get(pk=parts["signer_id"]).given_name}


BODIES: dict[str, Body] = {
    "aup:signed": {"find": "Sam"},
    "aup:bundles": {"class_name": CLASS},
    "aup:classes": _of("poster", "version_id", "version", class_name=CLASS),
    "aup:class_session": _of("class session", "child", "child"),
    "aup:paper": {"find": "Sam", "action": "find"},
    "aup:paper_find": {"find": "Sam"},
    "aup:paper_record": _on_paper,
    "aup:posters": _of("poster", "version_id", "version"),
}

# --- requests that leave a trace -------------------------------------------------------------------------------------


def family(world: World) -> tuple[Person, Person]:
    """The world's pupil and a parent with parental responsibility."""
    if not Guardian.objects.filter(child=world.pupil, guardian=world.parent).exists():
        factories.parent_of(world.pupil, world.parent)
    return world.pupil, world.parent


def about_signed(name: str) -> Example:
    return lambda world: Ask(world.jo, name, [scanned(signed(*family(world))).pk])


def given_up(world: World) -> Ask:
    """A copy that could not be drawn, and the administrator who asks for it again."""
    made = signed(*family(world))
    Document.objects.filter(subject_id=made.pk).update(
        drawn_at=None, pdf_sealed=None, pdf_sha256="", pdf_bytes=0, given_up_at=timezone.now(), draw_tries=12
    )
    return Ask(world.one, "draw_again", data={})


def with_bundle(name: str, data: dict[str, Any] | None = None) -> Example:
    def ask(world: World) -> Ask:
        signed(*family(world))
        return Ask(world.jo, name, [bundle(world.by)], data)

    return ask


def asked_for_bundle(world: World) -> Ask:
    signed(*family(world))
    return Ask(world.jo, "aup:bundles", data={"class_name": CLASS})


def follow_up_to_do(world: World) -> Ask:
    return Ask(world.jo, "aup:follow_up_done", [follow_up(signed(*family(world))).pk], {})


def session(world: World) -> UUID:
    assert world.pupil
    version = version_of(world.school, "pupil_ks2")
    return start_session(by=factories.viewer(world.teacher), class_name=CLASS, version_id=version.pk).pk


def started(world: World) -> Ask:
    assert world.pupil
    said = {"class_name": CLASS, "version": str(version_of(world.school, "pupil_ks2").pk)}
    return Ask(world.teacher, "aup:classes", data=said)


def paper(is_posted: bool) -> Example:
    def ask(world: World) -> Ask:
        child, parent = family(world)
        version = version_of(world.school, "parent")
        data = {**_paper(str(version.pk)), "name": parent.given_name} if is_posted else None
        return Ask(world.jo, "aup:paper_record", [child.pk, version.pk, parent.pk], data)

    return ask


def posters(world: World) -> Ask:
    return Ask(world.teacher, "aup:posters", data={"version": str(version_of(world.school, "pupil_ks2").pk)})


def poster(world: World) -> Ask:
    version = version_of(world.school, "pupil_ks2")
    ask_posters(by=factories.viewer(world.teacher), version_id=version.pk)
    drawn(version.pk)
    return Ask(world.teacher, "aup:poster", [version.pk, "a4"])


READS: dict[str, Example] = {
    "aup:signed": lambda world: Ask(world.jo, "aup:signed"),
    "aup:signature": about_signed("aup:signature"),
    "aup:signature_copy": about_signed("aup:signature_copy"),
    "aup:signature_scan": about_signed("aup:signature_scan"),
    "aup:bundle_file": with_bundle("aup:bundle_file"),
    "aup:follow_ups": lambda world: Ask(world.jo, "aup:follow_ups"),
    "aup:class_session": lambda world: Ask(world.teacher, "aup:class_session", [session(world)]),
    "aup:paper": lambda world: Ask(world.jo, "aup:paper", data={"find": "sam", "action": "find"}),
    "aup:paper_find": lambda world: Ask(world.jo, "aup:paper_find", data={"find": "sam"}),
    "aup:paper_person": lambda world: Ask(world.jo, "aup:paper_person", [family(world)[0].pk]),
    "aup:paper_record": paper(is_posted=False),
    "aup:poster": poster,
}
WRITES: dict[tuple[str, str], Example] = {
    ("draw_again", "document.asked_again"): given_up,
    ("aup:bundles", "agreement.bundle_asked"): asked_for_bundle,
    ("aup:bundle", "agreement.bundle_deleted"): with_bundle("aup:bundle", {}),
    ("aup:follow_up_done", "agreement.follow_up_done"): follow_up_to_do,
    ("aup:classes", "agreement.class_started"): started,
    ("aup:class_session", "agreement.acknowledged"): lambda world: Ask(
        world.teacher, "aup:class_session", [session(world)], {"child": str(world.pupil.pk)}
    ),
    ("aup:end_class_session", "agreement.class_ended"): lambda world: Ask(
        world.teacher, "aup:end_class_session", [session(world)], {}
    ),
    ("aup:paper_record", "agreement.signed"): paper(is_posted=True),
    ("aup:paper_record", "agreement.scan_kept"): paper(is_posted=True),
    ("aup:posters", "agreement.poster_asked"): posters,
}
CHANGE_NOTHING: dict[str, str] = {
    "aup:signed": "a name to look for",
}
