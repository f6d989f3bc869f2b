"""The least that shows the same rows, the same record, the same form, and keeps the same things."""

from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from bench.floor.forms import ReportForm
from bench.floor.models import Entry, Incident, Involvement, Revision

SHOWN = (
    "id", "reference", "status", "happened_on", "logged_at", "due_at", "types", "location", "deliberate", "accidental",
    "safeguarding", "sent_revision",
)  # fmt: skip


def log(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """The newest 50 incidents of a school: one query along the log's index, the columns shown and no others."""
    rows = Incident.objects.filter(school_id=school_id).exclude(status="draft").order_by("-logged_at", "-id")
    return render(request, "floor/log.html", {"rows": rows.values(*SHOWN)[:50]})


def detail(request: HttpRequest, school_id: UUID, incident_id: UUID) -> HttpResponse:
    """One incident and the text of its newest revision: one query with one join, every answer as a plain line."""
    revision = (
        Revision.objects.select_related("incident")
        .filter(incident_id=incident_id, incident__school_id=school_id)
        .order_by("-number")[:1]
        .get()
    )
    return render(request, "floor/detail.html", {"incident": revision.incident, "answers": revision.content})


def create(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """GET: a plain form of as many fields. POST: it is checked, and incident, people and an audit row are inserted."""
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(f"/{school_id}/{_insert(school_id, form)}/")
    return render(request, "floor/form.html", {"form": form})


def _insert(school_id: UUID, form: ReportForm) -> UUID:
    """Incident + two people + audit row in one transaction, and something to do on commit. No search vector."""
    now, said = timezone.now(), form.cleaned_data
    with transaction.atomic():
        incident = Incident(
            school_id=school_id, reference=uuid4().hex[:9], status="reported", pack_code="camden_2012", pack_version=1,
            revision=1, started_by_id=_starter(school_id), logged_at=now, happened_on=said["happened_on"],
            location=said["location"], involved=said["involved"], types=said["types"],
        )  # fmt: skip
        incident.save(force_insert=True)
        Involvement.objects.bulk_create(
            Involvement(
                school_id=school_id, incident=incident, name=said["name"], group=said["group"], kind=said["kind"],
                part=part, since_revision=1,
            )
            for part in (said["part"], "reporter")
        )  # fmt: skip
        Entry.objects.create(
            school_id=school_id, action="incident.reported", object_type="incident", object_id=incident.pk, at=now
        )
        transaction.on_commit(_nothing)
    return incident.pk


def _nothing() -> None:
    """What is done after the commit."""


_STARTERS: dict[UUID, UUID] = {}


def _starter(school_id: UUID) -> UUID:
    """Somebody of the school, looked up once a process."""
    if school_id not in _STARTERS:
        _STARTERS[school_id] = Incident.objects.filter(school_id=school_id).values_list("started_by_id", flat=True)[0]
    return _STARTERS[school_id]
