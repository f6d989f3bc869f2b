"""The copies of signed agreements, and files of many of them, each beside the least that could do the same.

Signing, ours: what a parent's page does when it is sent, one after the other; no floor, for orientation only.
Drawing, ours: what the worker does for each copy: claim, draw, seal, keep. Floor: ``rendering.draw`` of the same
snapshots in the same process, nothing kept. In turn, copy by copy; every PDF must be the same bytes both ways.
Bundles, ours: asked for and made as the worker makes them: read, unsealed, checked, merged with an outline, sealed,
kept. Floor: pikepdf appends the same PDFs, which it has in memory, and saves.
"""

import io
import resource
import time
from collections.abc import Callable
from typing import Any

import pikepdf
from django.utils import timezone

from aup.models import AgreementVersion
from aup.services import bundles
from aup.services.signing import Intent, Signer, sign
from bench.agreements import CLASS_SIZE, _school, _timed
from bench.measuring import WrongAnswer, keep, table
from dispatch import issuing, rendering
from dispatch.models import Document
from schools.models import Guardian, Pupil
from schools.viewer import Viewer
from schools.wall import in_school

A_CLASS, THE_REST = "5-0", "Rest"


def measure(count: int) -> dict[str, Any]:
    """Publish, sign so many, draw all, make two files; print and keep the figures."""
    if count <= CLASS_SIZE:
        raise SystemExit(f"More than {CLASS_SIZE}, please: one file is of a class, the other one of the rest.")
    by = _school(0, count, signed_of_ten=0)
    with in_school(by.school_id):
        Pupil.objects.exclude(class_name=A_CLASS).update(class_name=THE_REST)
    signing = _sign_all(by, count)
    warming, _ = _timed(rendering.warm_up)
    floor_draw, drawing, sizes = _draw_all(by, count)
    lines = [
        (f"signing {count:,}", 0.0, signing, signing / count * 1000, 0.0),
        (f"drawing {count:,}", floor_draw, drawing, drawing / count * 1000, drawing / floor_draw),
    ]
    result: dict[str, Any] = {
        "count": count, "signing_seconds": signing, "warm_up_seconds": warming, "drawing": [floor_draw, drawing],
        "pdf_bytes": sizes["bytes"] / count, "pdf_pages": sizes["pages"] / count,
    }  # fmt: skip
    for class_name, copies in ((A_CLASS, CLASS_SIZE), (THE_REST, count - CLASS_SIZE)):
        floor, ours, kilobytes = _bundle(by, class_name, copies)
        lines.append((f"one file of {copies:,}, {kilobytes:,} KB", floor, ours, ours / copies * 1000, ours / floor))
        result[f"bundle_{copies}"] = {"seconds": [floor, ours], "kilobytes": kilobytes}
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(table(lines, ("", "floor, s", "ours, s", "ours each, ms", "x floor")))
    print(f"A copy has {result['pdf_pages']:.1f} pages and {result['pdf_bytes'] / 1024:.1f} KB. ", end="")
    print(f"Warming up took {warming:.1f} s; the process had {result['peak_mb']:.0f} MB at most.", flush=True)
    keep(f"signed-pdfs-{count}", result)
    return result


def _sign_all(by: Viewer, count: int) -> float:
    """Each parent for their child, by a link, with a yes to everything."""
    with in_school(by.school_id):
        version = AgreementVersion.objects.get(school_id=by.school_id)
        pairs = list(Guardian.objects.select_related("guardian").filter(school_id=by.school_id))
    consents = {each["code"]: True for each in version.content["consents"]}
    started = time.perf_counter()
    for pair in pairs:
        intent = Intent(
            version_id=version.pk, about_id=pair.child_id, typed_name=pair.guardian.full_name, consents=consents
        )
        with in_school(by.school_id):
            sign(by=Signer(school_id=by.school_id, person_id=pair.guardian_id, how="link"), intent=intent)
    took = time.perf_counter() - started
    with in_school(by.school_id):
        waiting = Document.objects.filter(school_id=by.school_id, drawn_at=None).count()
    if waiting != count:
        raise WrongAnswer(f"{waiting} copies wait, not {count}")
    return took


def _draw_all(by: Viewer, count: int) -> tuple[float, float, dict[str, int]]:
    """Seconds of the floor and of ours, and how much it is altogether."""
    with in_school(by.school_id):
        waiting = list(Document.objects.filter(school_id=by.school_id, drawn_at=None).values_list("pk", flat=True))
    floor = ours = 0.0
    sizes = {"bytes": 0, "pages": 0}
    for document_id in waiting:
        with in_school(by.school_id):
            document = Document.objects.get(school_id=by.school_id, pk=document_id)
        took, plain = _timed(lambda d=document: rendering.draw(d.template, d.snapshot))
        floor += took
        took, is_drawn = _timed(_drawing(by, document))
        ours += took
        with in_school(by.school_id):
            kept, content = issuing.issued(school_id=by.school_id, kind=document.kind, subject_id=document.subject_id)
        if not is_drawn or content != plain.content or kept.pdf_pages != plain.pages or not plain.pages:
            raise WrongAnswer(f"document {document_id} was not drawn as it is drawn otherwise")
        sizes["bytes"] += len(content)
        sizes["pages"] += plain.pages
    with in_school(by.school_id):
        drawn = Document.objects.filter(school_id=by.school_id, drawn_at__isnull=False).count()
    if drawn != count:
        raise WrongAnswer(f"{drawn} copies are drawn, not {count}")
    return floor, ours, sizes


def _drawing(by: Viewer, document: Document) -> Callable[[], bool]:
    return lambda: issuing.draw_document(
        school_id=by.school_id, document_id=document.pk, draw=rendering.draw, now=timezone.now()
    )


def _bundle(by: Viewer, class_name: str, copies: int) -> tuple[float, float, int]:
    """Seconds of the floor and of ours, and the kilobytes of the file."""
    with in_school(by.school_id):
        wanted = bundles.signature_ids(by.school_id, class_name, timezone.now())
        documents = Document.objects.filter(school_id=by.school_id, subject_id__in=wanted)
        pages = sum(documents.values_list("pdf_pages", flat=True))
        contents = [
            issuing.issued(school_id=by.school_id, kind=bundles.DOCUMENT_KIND, subject_id=each)[1] for each in wanted
        ]
    if len(contents) != copies:
        raise WrongAnswer(f"{len(contents)} copies of {class_name}, not {copies}")
    floor, plain = _timed(lambda: _merged(contents))

    def make() -> Any:
        with in_school(by.school_id):
            bundle_id = bundles.ask_bundle(by=by, class_name=class_name)
        if (state := bundles.make_bundle(school_id=by.school_id, bundle_id=bundle_id)) != "made":
            raise WrongAnswer(f"the file of {class_name} is {state}")
        return bundle_id

    ours, bundle_id = _timed(make)
    with in_school(by.school_id):
        content = bundles.open_bundle(by=by, bundle_id=bundle_id)
    with (
        pikepdf.open(io.BytesIO(content)) as file,
        pikepdf.open(io.BytesIO(plain)) as other,
        file.open_outline() as outline,
    ):
        found = len(file.pages), len(outline.root), len(other.pages)
    if found != (pages, copies, pages):
        raise WrongAnswer(f"pages and entries are {found}, not {(pages, copies, pages)}")
    return floor, ours, len(content) // 1024


def _merged(contents: list[bytes]) -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as merged:
        for content in contents:
            with pikepdf.open(io.BytesIO(content)) as copy:
                merged.pages.extend(copy.pages)
        merged.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()
