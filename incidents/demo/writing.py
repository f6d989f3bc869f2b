"""Writes a story into the past: the rows that the services would have written, had they been called at those times.

The services read the clock themselves, so they cannot be used for what happened last term. What they are made of is
used here: projection, snapshot, sealing, the outbox. A test plays every story through the services under a moved
clock and compares row by row.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from django.conf import settings

from audit.models import Entry
from incidents import projection
from incidents.demo import acts
from incidents.demo.deciding import begin_and_end, confirm_all, decide_all, review_all, see_to_all
from incidents.demo.files import bytes_of
from incidents.demo.queueing import Desk, QueuedMail, queue
from incidents.models import (
    Advice,
    Draft,
    Evidence,
    EvidenceContent,
    HandoverWhy,
    Incident,
    Revision,
    Status,
    Transition,
)
from incidents.rules.answers import changed_keys
from incidents.rules.references import make_reference
from incidents.rules.statuses import due_at
from incidents.services.cases import set_clock, sync_cases
from incidents.services.recording import newest_content
from incidents.services.reporting import complete
from incidents.services.rerouting import reroute
from schools.demo_people import DemoPerson
from schools.files import check_file
from schools.models import School
from schools.roles import Role
from schools.rules.files import tidy_filename
from schools.sealing import seal
from schools.viewer import Viewer


@dataclass(slots=True)
class Writer:
    """Writes the acts of one story, in order, inside the caller's transaction. ``mails`` are left for afterwards.

    ``keeper`` is who handles it: the holder of the post it went to, and of the post it was handed on to.
    """

    desk: Desk
    incident_id: UUID
    reporter: DemoPerson
    keeper: DemoPerson
    content: dict[str, Any] = field(default_factory=dict)
    mails: list[QueuedMail] = field(default_factory=list)
    incident: Incident = field(init=False)

    @singledispatchmethod
    def write(self, act: acts.Act) -> None:
        """Write one act."""
        raise TypeError(type(act).__name__)

    @write.register
    def _(self, act: acts.Draft) -> None:
        self._new(act.at, Status.DRAFT)
        self.incident.save(force_insert=True)
        assert self.reporter.user_id is not None
        Draft.objects.create(
            school=self.desk.school,
            incident=self.incident,
            user_id=self.reporter.user_id,
            base_revision=0,
            content=dict(act.content),
            updated_at=act.at,
        )
        self._audit("draft.saved", self.reporter, act.at, {})

    @write.register
    def _(self, act: acts.Report) -> None:
        self._new(act.at, Status.REPORTED)
        self.incident.about, self.incident.in_confidence = act.about, act.in_confidence
        self._begin(act.answers, self.reporter, act.at, reporter=str(self.reporter.name))
        self._audit("incident.reported", self.reporter, act.at, {"to": self.incident.handler_post})

    @write.register
    def _(self, act: acts.Open) -> None:
        self._new(act.at, Status.RECORDED)
        self._start_clock(act.at)
        self._begin(act.answers, self.keeper, act.at, reporter="")
        detail = {"revision": 1, "fields": [], "to": self.incident.handler_post}
        self._audit("incident.recorded", self.keeper, act.at, detail)

    @write.register
    def _(self, act: acts.Save) -> None:
        incident = self.incident
        before = newest_content(incident)
        content = {**before, **act.answers}
        changed = list(changed_keys(before, content))
        is_first = incident.status == Status.REPORTED
        if changed:
            self.content = content
            self._revise(act, before, changed)
        if is_first:
            self._start_clock(act.at)
            self._move(Status.RECORDED, act.at)
        if changed or is_first:
            self._ask(act.at, self.keeper)
            incident.save()
            action = "incident.recorded" if is_first else "incident.corrected"
            detail = {"revision": incident.revision, "fields": changed, "to": incident.handler_post}
            self._audit(action, self.keeper, act.at, detail)

    @write.register
    def _(self, act: acts.Keep) -> None:
        content = bytes_of(act.file)
        digest = hashlib.sha256(content).hexdigest()
        evidence = Evidence.objects.create(
            school=self.desk.school,
            incident=self.incident,
            filename=tidy_filename(act.file.name),
            media_type=check_file(act.file.name, content).media_type,
            size_bytes=len(content),
            sha256=digest,
            added_by_id=self.keeper.person_id,
            added_at=act.at,
        )
        EvidenceContent.objects.create(school=self.desk.school, evidence=evidence, sealed=seal(content))
        self._audit("evidence.added", self.keeper, act.at, {"evidence": str(evidence.pk), "sha256": digest})

    @write.register
    def _(self, act: acts.Send) -> None:
        incident = self.incident
        mail = queue(self.desk, incident, self.content, self.keeper, act)
        incident.sent_revision = incident.revision
        if incident.status == Status.RECORDED:
            self._move(Status.IN_PROGRESS, act.at)
        incident.save()
        detail = {"revision": incident.revision, "message": str(mail.message.pk)}
        self._audit("incident.finalised", self.keeper, act.at, detail)
        self.mails.append(mail)

    @write.register
    def _(self, act: acts.Close) -> None:
        self.incident.closed_at = act.at
        self._move(Status.CLOSED, act.at)
        self.incident.save()
        self._audit("incident.closed", self.keeper, act.at, {"revision": self.incident.revision})

    @write.register
    def _(self, act: acts.Reopen) -> None:
        self.incident.closed_at = None
        self._move(Status.IN_PROGRESS, act.at, reason=act.reason)
        self.incident.save()
        self._audit("incident.reopened", self.keeper, act.at, {"revision": self.incident.revision})

    @write.register
    def _(self, act: acts.HandOn) -> None:
        incident = self.incident
        incident.chosen_post = act.to_post.value
        self._route(act.at, self.keeper, HandoverWhy.HANDED_ON, act.reason)
        incident.save()
        detail = {"revision": incident.revision, "to": incident.handler_post}
        self._audit("incident.handed_on", self.keeper, act.at, detail)
        self.keeper = self.desk.holders[act.to_post]

    @write.register
    def _(self, act: acts.Advise) -> None:
        advice = act.advice
        Advice.objects.create(
            school=self.desk.school,
            incident=self.incident,
            kind=advice.kind,
            decision=advice.decision,
            reason=advice.reason,
            by_id=self.keeper.person_id,
            at=act.at,
        )
        detail = {"kind": advice.kind, "decision": advice.decision}
        self._audit("incident.advice_recorded", self.keeper, act.at, detail)

    @write.register
    def _(self, act: acts.Confirm) -> None:
        by = _viewer(self.desk.school, self.keeper)
        confirm_all(by, self.incident, act.at)
        set_clock(self.incident, self.content, at=act.at, by=by, save=True)

    @write.register
    def _(self, act: acts.Decide) -> None:
        post = self.incident.decider_post
        if post:
            decider = _viewer(self.desk.school, self.desk.holders[Role(post)], Role(post))
            decided = decide_all(decider, self.incident, act)
            see_to_all(decider, decided, act)
            begin_and_end(decided, act)
            review_all(decider, decided, act)

    def _new(self, at: datetime, status: Status) -> None:
        pack = self.desk.pack
        self.incident = Incident(
            id=self.incident_id,
            school=self.desk.school,
            reference=make_reference(secrets.choice),
            status=status,
            pack_code=pack.code,
            pack_version=pack.version,
            started_by_id=self.reporter.person_id,
            logged_at=at,
        )

    def _begin(self, answers: Mapping[str, Any], by: DemoPerson, at: datetime, *, reporter: str) -> None:
        incident = self.incident
        self.content = complete(self.desk.pack, answers, reporter=reporter)
        incident.revision = 1
        projection.project(incident, self.content, self.desk.pack)
        self._route(at, by)
        incident.save(force_insert=True)
        self._keep_revision(at, by, [], "")
        projection.involve(incident, [], self.content["people"], revision=1)
        self._keep_transition(at, by, "")
        self._ask(at, by)
        incident.save(update_fields=["due_at"])

    def _start_clock(self, at: datetime) -> None:
        self.incident.recorded_at, self.incident.due_at = at, due_at(at, settings.REPORT_DUE_HOURS)

    def _revise(self, act: acts.Save, before: Mapping[str, Any], changed: list[str]) -> None:
        incident = self.incident
        incident.revision += 1
        self._keep_revision(act.at, self.keeper, changed, act.reason)
        projection.project(incident, self.content, self.desk.pack)
        projection.involve(incident, before["people"], self.content["people"], revision=incident.revision)
        self._route(act.at, self.keeper)

    def _route(self, at: datetime, by: DemoPerson, why: HandoverWhy = HandoverWhy.ROUTED, reason: str = "") -> None:
        reroute(self.incident, content=self.content, at=at, by=_viewer(self.desk.school, by), why=why, reason=reason)

    def _ask(self, at: datetime, by: DemoPerson) -> None:
        if self.incident.recorded_at is not None:
            sync_cases(self.incident, content=self.content, by=_viewer(self.desk.school, by), at=at)

    def _keep_revision(self, at: datetime, by: DemoPerson, changed: list[str], reason: str) -> None:
        Revision.objects.create(
            school=self.desk.school,
            incident=self.incident,
            number=self.incident.revision,
            content=self.content,
            changed=changed,
            reason=reason,
            by_id=by.person_id,
            at=at,
        )

    def _move(self, to_status: Status, at: datetime, *, reason: str = "") -> None:
        self.incident.status = to_status
        self._keep_transition(at, self.keeper, reason)

    def _keep_transition(self, at: datetime, by: DemoPerson, reason: str) -> None:
        Transition.objects.create(
            school=self.desk.school,
            incident=self.incident,
            to_status=self.incident.status,
            revision=self.incident.revision,
            reason=reason,
            by_id=by.person_id,
            at=at,
        )

    def _audit(self, action: str, by: DemoPerson, at: datetime, detail: Mapping[str, Any]) -> None:
        Entry.objects.create(
            school_id=self.desk.school.pk,
            actor_id=by.user_id,
            action=action,
            object_type="incident",
            object_id=self.incident_id,
            detail=dict(detail),
            at=at,
        )


def _viewer(school: School, who: DemoPerson, *posts: Role) -> Viewer:
    assert who.user_id is not None
    return Viewer(
        user_id=who.user_id,
        school_id=school.pk,
        person_id=who.person_id,
        display_name=str(who.name),
        school_name=school.name,
        roles=frozenset(posts),
    )
