"""The record: opened, filled in page by page, corrected. Every save is a revision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from incidents import access, projection
from incidents.models import Draft, Incident, Revision, Status, Transition
from incidents.rules.answers import changed_keys, problems
from incidents.rules.pages import answers_on, page
from incidents.rules.routing import Routes
from incidents.rules.statuses import due_at, may_move
from incidents.services.cases import sync_cases
from incidents.services.problems import NamesYourself, NotAcceptable, ShutsYouOut, StaleVersion, WrongStatus
from incidents.services.reporting import (
    complete,
    free_reference,
    keep_first_revision,
    refuse_unknown,
    says_about,
    says_the_same,
)
from incidents.services.rerouting import reroute
from packs import loader
from packs.schema import Pack
from schools.roles import Permission
from schools.selectors import adopted_pack, people_by_id
from schools.viewer import NotAllowed, Viewer

OTHERWISE_ABOUT = (
    "This incident was logged before, and was said to be about somebody else. Nothing was changed: correct it here."
)


def locked(by: Viewer, incident_id: UUID) -> Incident:
    """The incident for writing. Two queries. Raises Incident.DoesNotExist, and NotAllowed for who reads it only."""
    incident = Incident.objects.visible_to(by).select_for_update(of=("self",), no_key=True).get(pk=incident_id)
    # Asked again now that nobody else writes: whoever was waited for may have shut this viewer out.
    if not Incident.objects.visible_to(by).filter(pk=incident_id).exists():
        raise Incident.DoesNotExist
    if not access.may_run(by, incident.handler_post):
        raise NotAllowed
    return incident


def newest_content(incident: Incident) -> dict[str, Any]:
    """What the record says now. One query."""
    content: dict[str, Any] = Revision.objects.values_list("content", flat=True).get(
        incident=incident, number=incident.revision
    )
    return content


def open_record(*, by: Viewer, incident_id: UUID, answers: Mapping[str, Any], about: str = "") -> Incident:
    """Log an incident straight onto the form; its clock starts. Duties R1, R2, R4, R5 (CC 4.1, CM 4.1, 4.4).

    ``about`` says whom of the school it is about: the case may then be for somebody else, who goes on with it.
    ``incident_id`` was given with the form: a second click gives back the first record. Eleven queries at most.
    Raises NotAllowed, UnknownAbout, NotAcceptable for the fields of the first page, StaleVersion where the first record
    says something else, WrongStatus where it says only otherwise whom it is about.
    """
    by.must(Permission.RECORD_INCIDENTS)
    refuse_unknown(about)
    now = timezone.now()
    try:
        with transaction.atomic():
            pack = adopted_pack(school_id=by.school_id)
            content = complete(pack, answers, reporter="")
            _refuse_problems(pack, content, "details", now)
            incident = Incident(
                id=incident_id,
                school_id=by.school_id,
                reference=free_reference(by.school_id),
                status=Status.RECORDED,
                pack_code=pack.code,
                pack_version=pack.version,
                started_by_id=by.person_id,
                logged_at=now,
                recorded_at=now,
                due_at=due_at(now, settings.REPORT_DUE_HOURS),
                revision=1,
                about=about,
            )
            projection.project(incident, content, pack)
            reroute(incident, content=content, at=now, by=by)
            incident.save(force_insert=True)
            keep_first_revision(by, incident, content, now)
            sync_cases(incident, content=content, by=by, at=now)
            incident.save(update_fields=["due_at"])
            _audit(by, "incident.recorded", incident)
    except IntegrityError:
        # Their own, which they may have made for somebody else to go on with.
        twin = Incident.objects.filter(pk=incident_id, school_id=by.school_id, started_by_id=by.person_id).first()
        if twin is None:
            raise
        # What the first click said is no news, also when the record was corrected since.
        if any(says_the_same(twin, answers, number=number) for number in (1, twin.revision)):
            if not says_about(twin, about):
                raise WrongStatus(OTHERWISE_ABOUT) from None
            return twin
        if not Incident.objects.visible_to(by).filter(pk=incident_id).exists():
            # It went to somebody else: they are shown what they said themselves, and nothing that was written since.
            twin.revision = 1
        raise StaleVersion(twin.revision, newest_content(twin)) from None
    return incident


def save_page(
    *,
    by: Viewer,
    incident_id: UUID,
    page_code: str,
    version: int,
    answers: Mapping[str, Any],
    reason: str = "",
    confirmed: bool = False,
) -> Incident:
    """Save one page of a record as a new revision, and route it anew. Duties R1, R4 to R7 (CC 4.1, CM 4.1, 4.4, NE).

    The first save turns a reported concern into a record and starts its clock. Saving what is already there makes no
    revision, also with an older version (a second click). 22 queries at most, and those of ``sync_cases``. Raises
    NotAllowed, Incident.DoesNotExist, WrongStatus on a closed one, StaleVersion when ``version`` is no longer the
    newest and something differs, NotAcceptable, and ShutsYouOut when the writer will not see it afterwards and has not
    ``confirmed`` that.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    now = timezone.now()
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status == Status.CLOSED:
            raise WrongStatus("This incident is closed. Open it again, with a reason, to change the record.")
        pack = loader.get(incident.pack_code, incident.pack_version)
        before = newest_content(incident)
        keys = answers_on(pack.form, page(page_code))
        content = {**before, **{key: value for key, value in answers.items() if key in keys}}
        if page_code == "people":
            content["people"] = _known_people(by, content["people"], before["people"])
        changed = changed_keys(before, content)
        if version != incident.revision:
            if changed:
                raise StaleVersion(incident.revision, before)
            return incident
        _refuse_problems(pack, content, page_code, now)
        first = incident.status == Status.REPORTED
        fields = list(projection.PROJECTED)
        if changed:
            incident.revision += 1
            Revision.objects.create(
                school_id=by.school_id,
                incident=incident,
                number=incident.revision,
                content=content,
                changed=list(changed),
                reason=reason,
                by_id=by.person_id,
                at=now,
            )
            projection.project(incident, content, pack)
            projection.involve(incident, before["people"], content["people"], revision=incident.revision)
            routes = reroute(incident, content=content, at=now, by=by, before=before)
            fields += projection.DIRECTED
            if not confirmed:
                # All that was written up to here is rolled back.
                _refuse_to_shut_out(by, routes)
        if first:
            incident.recorded_at, incident.due_at = now, due_at(now, settings.REPORT_DUE_HOURS)
            fields += ["recorded_at", "due_at", "status"]
            move(by, incident, Status.RECORDED, now)
        if changed or first:
            # The clock of a first record is short until somebody has been graded.
            sync_cases(incident, content=content, by=by, at=now)
            fields += ["due_at"]
            incident.save(update_fields=fields if changed else ["recorded_at", "due_at", "status"])
        incident.drafts.filter(user_id=by.user_id, section=page_code).delete()
        if changed or first:
            _audit(by, "incident.recorded" if first else "incident.corrected", incident, fields=list(changed))
    return incident


def save_page_draft(
    *, by: Viewer, incident_id: UUID, page_code: str, version: int, content: Mapping[str, Any]
) -> datetime:
    """Keep what is typed on a page and not yet saved, for this user only. Six queries.

    What arrives after the same user has saved the page is late, and not kept. Where somebody else has saved meanwhile
    it is kept beside the version it was typed against. Raises NotAllowed, Incident.DoesNotExist, UnknownPage,
    WrongStatus on a closed one, StaleVersion when it is late.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    now = timezone.now()
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status == Status.CLOSED:
            raise WrongStatus("This incident is closed. Open it again, with a reason, to change the record.")
        if version < incident.revision and _is_late(by, incident, page_code, version):
            raise StaleVersion(incident.revision, newest_content(incident))
        Draft.objects.update_or_create(
            incident=incident,
            user_id=by.user_id,
            section=page(page_code).code,
            defaults={
                "school_id": by.school_id,
                "base_revision": max(version, 0),
                "content": dict(content),
                "updated_at": now,
            },
        )
        _audit(by, "draft.saved", incident)
    return now


def _is_late(by: Viewer, incident: Incident, page_code: str, version: int) -> bool:
    pack = loader.get(incident.pack_code, incident.pack_version)
    keys = answers_on(pack.form, page(page_code))
    since = incident.revisions.filter(number__gt=version, by_id=by.person_id)
    return since.filter(changed__overlap=list(keys)).exists()


def discard_page_draft(*, by: Viewer, incident_id: UUID, page_code: str) -> None:
    """Go back to what is saved. Raises NotAllowed, Incident.DoesNotExist."""
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        incident = Incident.objects.visible_to(by).get(pk=incident_id)
        if not access.may_run(by, incident.handler_post):
            raise NotAllowed
        incident.drafts.filter(user_id=by.user_id, section=page_code).delete()
        _audit(by, "draft.discarded", incident)


def move(by: Viewer, incident: Incident, to_status: Status, at: datetime, *, reason: str = "") -> None:
    """Change the status and keep who did it, when and why; the caller saves the incident. One query."""
    if not may_move(incident.status, to_status):
        raise WrongStatus("The incident has moved on meanwhile. Look at it again before you go on.")
    incident.status = to_status
    Transition.objects.create(
        school_id=by.school_id,
        incident=incident,
        to_status=to_status,
        revision=incident.revision,
        reason=reason,
        by_id=by.person_id,
        at=at,
    )


def _refuse_to_shut_out(by: Viewer, routes: Routes) -> None:
    """Raises ShutsYouOut where the viewer does not read the case on this way."""
    why = routes.denied.get(by.person_id)
    if why in {"subject", "affected", "relative"}:
        raise NamesYourself
    if why is not None or by.roles.isdisjoint(routes.readers) or not by.roles.isdisjoint(routes.kept_out):
        raise ShutsYouOut


def _refuse_problems(pack: Pack, content: Mapping[str, Any], page_code: str, now: datetime) -> None:
    wrong = problems(pack.form, content, today=timezone.localdate(now), keys=page(page_code).keys)
    if wrong:
        raise NotAcceptable(wrong)


def _known_people(by: Viewer, people: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The people as the school knows them: name, class and kind come from its own rows, never from the form.

    An id that is not of this school is treated as a name that was typed. Who was in the record already stays as they
    were written then.
    """
    written = {(each["person_id"], each["part"]): each for each in before if each["person_id"]}
    ids = [UUID(each["person_id"]) for each in people if each.get("person_id")]
    known = people_by_id(viewer=by, person_ids=ids) if ids else {}
    result: list[dict[str, Any]] = []
    for each in people:
        tidy = {key: str(each.get(key, "")).strip() for key in ("person_id", "name", "group", "kind", "part")}
        person = known.get(UUID(tidy["person_id"])) if tidy["person_id"] else None
        if person is None:
            tidy["person_id"] = ""
        elif (tidy["person_id"], tidy["part"]) in written:
            tidy = dict(written[tidy["person_id"], tidy["part"]])
        else:
            tidy |= {"name": person.name, "group": person.group, "kind": person.kind}
        if tidy not in result:
            result.append(tidy)
    return result


def _audit(by: Viewer, action: str, incident: Incident, *, fields: list[str] | None = None) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident.pk,
        detail={"revision": incident.revision, "fields": fields or [], "to": incident.handler_post},
    )
