"""Where a case goes when it is reported, saved, handed on or put right, and what is kept. Duties R4 to R7, R10."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts
from dispatch.selectors import notices_not_sent
from incidents.models import Advice, Conflict, Handover, Incident, Revision, Status, Told
from incidents.selectors.at_sending import officer_told_text
from incidents.selectors.routing import routing_of
from incidents.services.about import change_about
from incidents.services.advice import record_advice
from incidents.services.closing import close, reopen
from incidents.services.evidence import add_evidence
from incidents.services.handing_on import hand_on
from incidents.services.problems import (
    AdviceMissing,
    CannotTakeIt,
    NamesYourself,
    ReasonMissing,
    ShutsYouOut,
    StaleVersion,
    UnknownAbout,
    UnknownDecision,
    WrongStatus,
)
from incidents.services.recording import discard_page_draft, open_record, save_page, save_page_draft
from incidents.services.reporting import AlreadyReported, report_incident
from incidents.services.rerouting import reroute_school
from incidents.services.sending import finalise, mark_message_arrived, retry_message
from schools import selectors
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody, name_people, readers, shut_out
from tests.incidents.sent import sent, write_outcome

COORDINATOR, HEAD, DSL, DEPUTY = Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL
CHAIR, VICE, RESOURCES = Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR, Role.RESOURCES_CHAIR


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def holders(of: School) -> dict[Role, Person]:
    return everybody(of)


@pytest.fixture
def by(holders: dict[Role, Person]) -> dict[Role, Viewer]:
    """Everybody who holds a post, as they ask."""
    return {post: factories.viewer(who) for post, who in holders.items()}


@pytest.fixture
def teacher(of: School) -> Person:
    return factories.person(of, "Robin Vale", Role.STAFF)


def told_of(case: Incident) -> set[tuple[str, str]]:
    return set(Told.objects.filter(incident=case).values_list("post", "kind"))


def actions(case: Incident) -> list[str]:
    return list(Entry.objects.filter(object_id=case.pk).order_by("at").values_list("action", flat=True))


# --- a report ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "in_confidence", "handler", "read_by"),
    [
        ("", False, COORDINATOR, {COORDINATOR, HEAD, DSL, DEPUTY}),
        ("", True, HEAD, {HEAD}),
        ("staff", False, HEAD, {COORDINATOR, HEAD}),
        ("staff", True, HEAD, {HEAD}),
        ("coordinator", False, HEAD, {HEAD}),
        ("dsl", False, HEAD, {COORDINATOR, HEAD}),
        ("head_teacher", False, CHAIR, {CHAIR}),
        ("head_teacher", True, CHAIR, {CHAIR}),
        ("governor", False, CHAIR, {CHAIR}),
        ("chair_of_governors", False, VICE, {VICE}),
    ],
)
def test_a_report_goes_where_it_must_and_nobody_else_knows(
    holders: dict[Role, Person], teacher: Person, about: str, in_confidence: bool, handler: Role, read_by: set[Role]
) -> None:
    case = factories.report(factories.viewer(teacher), about=about, in_confidence=in_confidence)
    case.refresh_from_db()
    assert case.handler_post == handler
    assert readers(case, holders) == read_by
    assert (case.about, case.in_confidence) == (about, in_confidence)


def test_a_child_at_risk_is_brought_before_the_safeguarding_lead(holders: dict[Role, Person], teacher: Person) -> None:
    case = factories.report(factories.viewer(teacher), about="staff", safeguarding=True)
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL}
    assert told_of(case) == {("dsl", "reader"), ("resources_chair", "fact")}


def test_the_resources_chair_is_told_the_fact_and_cannot_read_it(
    holders: dict[Role, Person], teacher: Person, by: dict[Role, Viewer]
) -> None:
    case = factories.report(factories.viewer(teacher), about="staff")
    [fact] = Told.objects.visible_to(by[RESOURCES])
    assert (fact.post, fact.kind) == ("resources_chair", "fact")
    assert RESOURCES not in readers(case, holders)


def test_one_person_with_three_posts_holds_none_of_them_in_a_case_about_them(of: School, teacher: Person) -> None:
    head = factories.person(of, "Ada Bell", Role.STAFF, HEAD, COORDINATOR, DSL)
    chair = factories.person(of, "Leonard Abara", CHAIR)
    case = factories.report(factories.viewer(teacher), about="head_teacher", safeguarding=True)
    holders = {HEAD: head, CHAIR: chair}
    assert readers(case, holders) == {CHAIR}
    assert shut_out(case) == {head.pk: "about"}


def test_a_report_needs_the_permission_to_be_in_confidence_and_a_known_answer(of: School, teacher: Person) -> None:
    with pytest.raises(UnknownAbout):
        factories.report(factories.viewer(teacher), about="caretaker")
    governor = factories.viewer(factories.person(of, "Pat Moss", Role.GOVERNOR))
    with pytest.raises(NotAllowed):
        factories.report(governor, in_confidence=True)
    assert not Incident.objects.exists()


def test_a_second_click_is_the_same_report_only_if_it_is_as_confidential(teacher: Person) -> None:
    given = {"by": factories.viewer(teacher), "incident_id": uuid.uuid4(), "answers": factories.answers()}
    first = report_incident(**given, in_confidence=True)
    assert report_incident(**given, in_confidence=True).pk == first.pk
    with pytest.raises(AlreadyReported):
        report_incident(**given)


def test_reporting_costs_little(holders: dict[Role, Person], teacher: Person) -> None:
    reporter = factories.viewer(teacher)
    with queries_at_most(11):
        factories.report(reporter, about="staff", safeguarding=True)
    with queries_at_most(9):
        factories.report(reporter)


# --- nobody is left ---------------------------------------------------------------------------------------------


def test_where_nobody_is_left_the_officer_is_told_without_a_fact(of: School, teacher: Person) -> None:
    factories.person(of, "Ada Bell", HEAD)
    case = factories.report(factories.viewer(teacher), about="head_teacher")
    case.refresh_from_db()
    assert (case.handler_post, case.nobody_left, case.read_by) == ("la_officer", True, [])
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.params) == ("officer_told", "officer@council.example.org", {})
    assert told_of(case) == {("la_officer", "officer")}
    assert "incident.officer_told" in actions(case)
    facts = NoticeFacts(
        notice.pk,
        "officer_told",
        of.pk,
        notice.to_address,
        case.pk,
        {},
        None,
        notice.created_at,  # type: ignore[arg-type]
    )
    assert officer_told_text(facts) == {}


def test_the_officer_is_not_troubled_when_somebody_is_left_after_all(of: School, teacher: Person) -> None:
    case = factories.report(factories.viewer(teacher), about="chair_of_governors")
    notice = Notice.objects.get()
    for school_id, object_id in ((uuid.uuid4(), case.pk), (of.pk, uuid.uuid4()), (of.pk, None), (None, case.pk)):
        facts = NoticeFacts(notice.pk, "officer_told", school_id, "", object_id, {}, None, notice.created_at)  # type: ignore[arg-type]
        with pytest.raises(NoLongerWanted):
            officer_told_text(facts)
    Incident.objects.update(nobody_left=False)
    facts = NoticeFacts(notice.pk, "officer_told", of.pk, "", case.pk, {}, None, notice.created_at)  # type: ignore[arg-type]
    with pytest.raises(NoLongerWanted):
        officer_told_text(facts)


def test_without_an_address_the_report_is_taken_all_the_same(db: None) -> None:
    of = factories.school(can_send=False)
    case = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)))
    case.refresh_from_db()
    assert case.nobody_left
    assert told_of(case) == set()


def test_that_nobody_could_be_told_is_shown_to_the_service_until_somebody_is(db: None) -> None:
    of = factories.school(can_send=False)
    case = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)))
    for _ in range(2):
        reroute_school(of.pk, frozenset(), timezone.localdate())
    notice = Notice.objects.get()
    assert (notice.state, notice.problem, notice.to_address) == ("failed", "no_address", "")
    (shown,) = notices_not_sent()
    assert (shown.school_name, shown.count) == (of.name, 1)
    assert shown.what.startswith("To the authority's officer")
    assert shown.why == "The school has put down no address for it."
    School.objects.filter(pk=of.pk).update(officer_email="officer@council.example.org")
    reroute_school(of.pk, frozenset(), timezone.localdate())
    assert told_of(case) == {("la_officer", "officer")}
    assert notices_not_sent() == ()
    assert Notice.objects.get().to_address == "officer@council.example.org"


def test_the_database_keeps_no_case_without_a_handler(of: School, teacher: Person) -> None:
    case = factories.report(factories.viewer(teacher))
    for columns in ({"handler_post": ""}, {"handler_post": "coordinator", "nobody_left": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=case.pk).update(**columns)


# --- a save routes anew ---------------------------------------------------------------------------------------------


def test_naming_the_head_takes_the_case_past_the_head_and_the_one_who_named_them(
    holders: dict[Role, Person], by: dict[Role, Viewer]
) -> None:
    case = factories.incident(by[COORDINATOR])
    head = factories.involved(holders[HEAD], "subject", "staff")
    with pytest.raises(ShutsYouOut) as asked:
        name_people(by[COORDINATOR], case, head)
    assert not isinstance(asked.value, NamesYourself)
    case.refresh_from_db()
    assert (case.revision, case.handler_post) == (1, "coordinator")
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL, DEPUTY}
    assert not Conflict.objects.exists()
    case = name_people(by[COORDINATOR], case, head, confirmed=True)
    assert readers(case, holders) == {CHAIR}
    handover = Handover.objects.get(incident=case)
    assert (handover.from_post, handover.to_post, handover.why) == ("coordinator", "chair_of_governors", "routed")
    assert (handover.to_person_id, handover.by_id) == (holders[CHAIR].pk, holders[COORDINATOR].pk)
    assert actions(case)[-2:] == ["incident.rerouted", "incident.corrected"]
    entry = Entry.objects.get(action="incident.rerouted")
    assert entry.detail == {"revision": 2, "from": "coordinator", "to": "chair_of_governors"}


@pytest.mark.parametrize(("part", "kind"), [("subject", "staff"), ("affected", "staff")])
def test_who_names_themselves_is_asked_first(
    holders: dict[Role, Person], by: dict[Role, Viewer], part: str, kind: str
) -> None:
    case = factories.incident(by[COORDINATOR])
    herself = factories.involved(holders[COORDINATOR], part, kind)
    with pytest.raises(NamesYourself):
        name_people(by[COORDINATOR], case, herself)
    case = name_people(by[COORDINATOR], case, herself, confirmed=True)
    assert COORDINATOR not in readers(case, holders)
    assert case.handler_post == "head_teacher"


@pytest.mark.parametrize("part", ["witness", "reporter"])
def test_a_witness_is_in_no_conflict(holders: dict[Role, Person], by: dict[Role, Viewer], part: str) -> None:
    case = factories.incident(by[COORDINATOR])
    case = name_people(by[COORDINATOR], case, factories.involved(holders[COORDINATOR], part, "staff"))
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL, DEPUTY}
    assert shut_out(case) == {}


def test_who_was_named_by_mistake_comes_back_and_the_history_stays(
    of: School, holders: dict[Role, Person], by: dict[Role, Viewer]
) -> None:
    case = factories.incident(by[COORDINATOR])
    case = name_people(by[COORDINATOR], case, factories.involved(holders[DSL], "affected", "staff"))
    assert readers(case, holders) == {COORDINATOR, HEAD, DEPUTY}
    case = name_people(by[COORDINATOR], case, factories.involved(factories.pupil(of), "affected"))
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL, DEPUTY}
    ended = Conflict.objects.get(person=holders[DSL])
    assert (ended.since_revision, ended.until_revision) == (2, 3)


def test_a_relative_of_a_child_in_it_is_shut_out(
    of: School, holders: dict[Role, Person], by: dict[Role, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    child = factories.pupil(of)
    related(monkeypatch, child, holders[DSL])
    case = factories.incident(by[COORDINATOR])
    case = name_people(by[COORDINATOR], case, factories.involved(child, "affected"))
    assert shut_out(case) == {child.pk: "affected", holders[DSL].pk: "relative"}
    assert readers(case, holders) == {COORDINATOR, HEAD, DEPUTY}


def related(monkeypatch: pytest.MonkeyPatch, one: Person, other: Person) -> None:
    """These two are of one family, whatever the school keeps of families."""
    before = selectors.standing

    def standing(*given: Any) -> Any:
        ties = {one.pk: frozenset({other.pk}), other.pk: frozenset({one.pk})}
        return replace(before(*given), relatives=ties)

    monkeypatch.setattr(selectors, "standing", standing)


def test_a_save_costs_so_many_queries(of: School, holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    child = factories.involved(factories.pupil(of), "affected")
    with queries_at_most(12):
        case = write_outcome(by[COORDINATOR], case, "Settled.")
    with queries_at_most(20):
        name_people(by[COORDINATOR], case, child, factories.involved(holders[HEAD], "subject", "staff"), confirmed=True)


def test_a_record_about_somebody_else_is_made_and_gone(holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    given = {
        "by": by[COORDINATOR],
        "incident_id": uuid.uuid4(),
        "answers": factories.answers(reported_by="Robin Vale"),
        "about": "head_teacher",
    }
    case = open_record(**given)
    assert readers(case, holders) == {CHAIR}
    assert case.status == Status.RECORDED
    # The second click is no error and shows nothing; another answer is shown beside what they said themselves.
    assert open_record(**given).pk == case.pk
    corrected = write_outcome(by[CHAIR], case, "A secret outcome.")
    with pytest.raises(StaleVersion) as refused:
        open_record(**{**given, "answers": factories.answers(reported_by="Somebody else")})
    assert refused.value.version == 1
    assert "secret" not in str(refused.value.current)
    assert corrected.revision == 2
    with pytest.raises(UnknownAbout):
        open_record(**{**given, "incident_id": uuid.uuid4(), "about": "caretaker"})


# --- who reads it and who runs it -----------------------------------------------------------------------------------


def every_write(who: Viewer, case: Incident, message_id: uuid.UUID) -> dict[str, Any]:
    """Everything that only whoever runs a case may do."""
    page = {"incident_id": case.pk, "page_code": "action"}
    return {
        "save": lambda: save_page(by=who, **page, version=case.revision, answers={"outcome": "x"}),
        "draft": lambda: save_page_draft(by=who, **page, version=case.revision, content={}),
        "discard": lambda: discard_page_draft(by=who, **page),
        "evidence": lambda: add_evidence(by=who, incident_id=case.pk, filename="a.txt", content=b"a"),
        "send": lambda: finalise(by=who, incident_id=case.pk, version=case.revision),
        "retry": lambda: retry_message(by=who, incident_id=case.pk, message_id=message_id),
        "arrived": lambda: mark_message_arrived(by=who, incident_id=case.pk, message_id=message_id),
        "close": lambda: close(by=who, incident_id=case.pk),
        "reopen": lambda: reopen(by=who, incident_id=case.pk, reason="x"),
        "hand on": lambda: hand_on(by=who, incident_id=case.pk, to_post=DEPUTY, reason="x"),
        "about": lambda: change_about(by=who, incident_id=case.pk, about="staff", reason="x"),
        "advice": lambda: record_advice(by=who, incident_id=case.pk, kind="lado", decision="referred", reason="x"),
    }


def test_who_only_reads_writes_nothing_and_who_knows_nothing_finds_nothing(of: School, by: dict[Role, Viewer]) -> None:
    case, message = sent(by[COORDINATOR])
    stranger = factories.viewer(factories.coordinator(factories.school("Hilltop Primary School")))
    before = Entry.objects.count()
    for who, refused in (
        (by[HEAD], NotAllowed),
        (by[DSL], NotAllowed),
        (by[CHAIR], Incident.DoesNotExist),
        (stranger, Incident.DoesNotExist),
        (by[RESOURCES], NotAllowed),
    ):
        for name, act in every_write(who, case, message.pk).items():
            with pytest.raises(refused):
                act()
            assert Entry.objects.count() == before, name


def test_whoever_it_was_routed_to_records_sends_and_closes_it(by: dict[Role, Viewer], teacher: Person) -> None:
    case = factories.report(factories.viewer(teacher), about="head_teacher", reported_by="Robin Vale")
    case = write_outcome(by[CHAIR], case, "Settled with the head.")
    assert case.status == Status.RECORDED
    finalise(by=by[CHAIR], incident_id=case.pk, version=case.revision)
    record_advice(by=by[CHAIR], incident_id=case.pk, kind="lado", decision="referred", reason="Rung on Monday.")
    assert close(by=by[CHAIR], incident_id=case.pk).status == Status.CLOSED
    assert reopen(by=by[CHAIR], incident_id=case.pk, reason="More came out.").status == Status.IN_PROGRESS


# --- handing on -----------------------------------------------------------------------------------------------------


def test_a_case_is_handed_on_and_its_history_stays(holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    with queries_at_most(11):
        case = hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason=" A child may be at risk. ")
    handover = Handover.objects.get(incident=case)
    assert (handover.from_post, handover.to_post, handover.to_person_id) == ("coordinator", "dsl", holders[DSL].pk)
    assert (handover.why, handover.reason, handover.by_id) == (
        "handed_on", "A child may be at risk.", holders[COORDINATOR].pk,
    )  # fmt: skip
    assert "incident.handed_on" in actions(case)
    with pytest.raises(NotAllowed):
        write_outcome(by[COORDINATOR], case, "Not mine any more.")
    case = write_outcome(by[DSL], case, "Settled.")
    # It stays there with each save, and what the first had of it can be read by both.
    assert case.handler_post == "dsl"
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL, DEPUTY}
    hand_on(by=by[DSL], incident_id=case.pk, to_post=HEAD, reason="For the head to decide.")
    assert [each.to_post for each in Handover.objects.filter(incident=case)] == ["dsl", "head_teacher"]


def test_what_is_handed_on_leaves_when_the_case_goes_another_way_and_does_not_jump_back(
    of: School, holders: dict[Role, Person], by: dict[Role, Viewer], teacher: Person
) -> None:
    case = factories.incident(by[COORDINATOR])
    case = hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="For the lead.")
    named = factories.involved(teacher, "subject", "staff")
    case = name_people(by[DSL], case, named, confirmed=True)
    assert (case.handler_post, case.chosen_post) == ("head_teacher", "")
    case = name_people(by[HEAD], case, factories.involved(factories.pupil(of), "subject"))
    assert case.handler_post == "coordinator"


@pytest.mark.parametrize("post", [COORDINATOR, RESOURCES, Role.LA_OFFICER, Role.STAFF, Role.SENCO])
def test_what_cannot_take_it_is_not_given_it(by: dict[Role, Viewer], post: Role) -> None:
    case = factories.incident(by[COORDINATOR])
    with pytest.raises(CannotTakeIt):
        hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=post, reason="x")
    case.refresh_from_db()
    assert (case.handler_post, case.chosen_post) == ("coordinator", "")
    assert not Handover.objects.exists()


def test_nobody_who_is_involved_is_given_it(holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    case = name_people(by[COORDINATOR], case, factories.involved(holders[DSL], "affected", "staff"))
    with pytest.raises(CannotTakeIt):
        hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="x")


def test_without_a_reason_or_on_a_closed_case_nothing_is_handed_on(by: dict[Role, Viewer]) -> None:
    case, _ = sent(by[COORDINATOR])
    with pytest.raises(ReasonMissing):
        hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="  ")
    with pytest.raises(ReasonMissing):
        change_about(by=by[COORDINATOR], incident_id=case.pk, about="staff", reason="")
    Incident.objects.filter(pk=case.pk).update(status=Status.CLOSED, closed_at=case.logged_at)
    with pytest.raises(WrongStatus):
        hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="x")
    with pytest.raises(WrongStatus):
        change_about(by=by[COORDINATOR], incident_id=case.pk, about="staff", reason="x")
    with pytest.raises(WrongStatus):
        record_advice(by=by[COORDINATOR], incident_id=case.pk, kind="lado", decision="referred", reason="x")


# --- whom it is about -----------------------------------------------------------------------------------------------


def test_putting_right_whom_it_is_about_routes_it_anew(holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    with queries_at_most(14):
        case = change_about(
            by=by[COORDINATOR], incident_id=case.pk, about="head_teacher", reason="It was the head's account."
        )
    assert readers(case, holders) == {CHAIR}
    assert shut_out(case)[holders[HEAD].pk] == "about"
    case = change_about(by=by[CHAIR], incident_id=case.pk, about="", reason="It was a pupil's account after all.")
    assert readers(case, holders) == {COORDINATOR, HEAD, DSL, DEPUTY}
    assert shut_out(case) == {}
    assert [(each.why, each.to_post) for each in Handover.objects.filter(incident=case)] == [
        ("about", "chair_of_governors"),
        ("about", "coordinator"),
    ]
    assert actions(case).count("incident.about_changed") == 2


def test_saying_again_whom_it_is_about_changes_nothing(by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    before = Entry.objects.count()
    change_about(by=by[COORDINATOR], incident_id=case.pk, about="", reason="No change.")
    assert Entry.objects.count() == before
    with pytest.raises(UnknownAbout):
        change_about(by=by[COORDINATOR], incident_id=case.pk, about="caretaker", reason="x")


# --- advice ---------------------------------------------------------------------------------------------------------


def ready_to_close(by: Viewer, case: Incident) -> Incident:
    case = write_outcome(by, case, "Settled.")
    finalise(by=by, incident_id=case.pk, version=case.revision)
    return case


def test_a_case_is_closed_only_with_the_decisions_it_needs(by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR], about="staff", illegal_material=True)
    case = ready_to_close(by[HEAD], case)
    with pytest.raises(AdviceMissing) as missing:
        close(by=by[HEAD], incident_id=case.pk)
    assert "the LADO and from the police" in str(missing.value)
    given = {"by": by[HEAD], "incident_id": case.pk, "reason": " Rung on Monday. "}
    with queries_at_most(4):
        advice = record_advice(**given, kind="lado", decision="considered_not_referred")
    assert (advice.reason, advice.by_id) == ("Rung on Monday.", by[HEAD].person_id)
    with pytest.raises(AdviceMissing) as missing:
        close(by=by[HEAD], incident_id=case.pk)
    assert "LADO" not in str(missing.value)
    record_advice(**given, kind="police", decision="reported")
    assert close(by=by[HEAD], incident_id=case.pk).status == Status.CLOSED
    assert actions(case).count("incident.advice_recorded") == 2


@pytest.mark.parametrize(
    ("kind", "decision"), [("lado", "reported"), ("police", "referred"), ("lado", ""), ("vicar", "referred"), ("", "")]
)
def test_a_decision_fits_whose_advice_it_is(by: dict[Role, Viewer], kind: str, decision: str) -> None:
    case = factories.incident(by[COORDINATOR])
    with pytest.raises(UnknownDecision):
        record_advice(by=by[COORDINATOR], incident_id=case.pk, kind=kind, decision=decision, reason="x")
    with pytest.raises(ReasonMissing):
        record_advice(by=by[COORDINATOR], incident_id=case.pk, kind="lado", decision="referred", reason=" ")


@pytest.mark.parametrize("model", [Advice, Handover])
def test_what_was_handed_on_or_decided_is_never_rewritten(by: dict[Role, Viewer], model: Any) -> None:
    case = factories.incident(by[COORDINATOR])
    record_advice(by=by[COORDINATOR], incident_id=case.pk, kind="lado", decision="referred", reason="x")
    hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="x")
    for change in ("UPDATE {} SET reason = 'y'", "DELETE FROM {}"):
        with pytest.raises(InternalError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(change.format(model._meta.db_table))


# --- what its page says ---------------------------------------------------------------------------------------------


def test_what_a_reader_and_what_the_handler_is_shown(holders: dict[Role, Person], by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR], about="dsl")
    with queries_at_most(5):
        handler = routing_of(viewer=by[HEAD], incident_id=case.pk)
    assert (handler.handler_label, handler.handler_names) == ("Head teacher", ("Farida Whitlock",))
    assert handler.is_mine
    assert handler.readers == (("Online safety co-ordinator", ("Jo Marsh",)),)
    assert handler.kept_out == ("Designated safeguarding lead", "Chair of governors")
    assert [post for post, _ in handler.may_hand_on_to] == [VICE]
    [decision] = handler.decisions
    assert (decision.kind, decision.needed, decision.is_missing) == ("lado", True, True)
    assert handler.about == "dsl"
    reader = routing_of(viewer=by[COORDINATOR], incident_id=case.pk)
    assert not reader.is_mine
    assert (reader.kept_out, reader.may_hand_on_to) == ((), ())
    with pytest.raises(Incident.DoesNotExist):
        routing_of(viewer=by[DSL], incident_id=case.pk)


def test_its_page_says_how_it_came_there_and_what_was_decided(by: dict[Role, Viewer]) -> None:
    case = factories.incident(by[COORDINATOR])
    hand_on(by=by[COORDINATOR], incident_id=case.pk, to_post=DSL, reason="A child may be at risk.")
    record_advice(by=by[DSL], incident_id=case.pk, kind="police", decision="advice_taken", reason="Rang the station.")
    shown = routing_of(viewer=by[HEAD], incident_id=case.pk)
    [handover] = shown.handovers
    assert handover.title == "From the online safety co-ordinator to the designated safeguarding lead"
    assert (handover.reason, handover.who) == ("A child may be at risk.", "Jo Marsh")
    [decision] = shown.decisions
    assert (decision.kind, decision.needed, decision.recorded[0].label) == ("police", False, "Advice taken")
    assert Revision.objects.filter(incident=case).count() == 1
