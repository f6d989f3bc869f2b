"""Where incidents live. Paths hold ids only: never a name, a type of incident or a search word."""

from django.urls import path

from incidents.views import (
    after_deciding,
    deciding,
    evidence,
    fairness,
    incident,
    log,
    measures,
    people,
    record,
    report,
    routing,
    send,
    today,
)

app_name = "incidents"

urlpatterns = [
    path("", today.today, name="today"),
    path("report/", report.new, name="report"),
    path("report/guidance/", report.guidance, name="report_guidance"),
    path("report/<uuid:incident_id>/", report.edit, name="report_edit"),
    path("report/<uuid:incident_id>/draft/", report.autosave, name="report_autosave"),
    path("report/<uuid:incident_id>/discard/", report.discard, name="report_discard"),
    path("reports/", report.own, name="own_reports"),
    path("reports/<uuid:incident_id>/", report.receipt, name="receipt"),
    path("fairness/", fairness.fairness, name="fairness"),
    path("fairness/like-cases/", fairness.like_cases, name="like_cases"),
    path("measures/", measures.measures, name="measures"),
    path("incidents/", log.log, name="log"),
    path("incidents/filter/", log.narrow, name="log_filter"),
    path("incidents/export/", log.export, name="export"),
    path("incidents/new/", record.new, name="record_new"),
    path("incidents/people/", people.find, name="people"),
    path("incidents/<uuid:incident_id>/", incident.show, name="incident"),
    path("incidents/<uuid:incident_id>/check/", record.check, name="check"),
    path("incidents/<uuid:incident_id>/edit/<slug:page_code>/", record.edit, name="record"),
    path("incidents/<uuid:incident_id>/edit/<slug:page_code>/draft/", record.autosave, name="record_autosave"),
    path("incidents/<uuid:incident_id>/edit/<slug:page_code>/discard/", record.discard, name="record_discard"),
    path("incidents/<uuid:incident_id>/versions/<int:number>/", incident.version, name="version"),
    path("incidents/<uuid:incident_id>/evidence/", evidence.add, name="evidence_add"),
    path("incidents/<uuid:incident_id>/evidence/<uuid:evidence_id>/", evidence.download, name="evidence"),
    path("incidents/<uuid:incident_id>/hand-on/", routing.hand, name="hand_on"),
    path("incidents/<uuid:incident_id>/about/", routing.about, name="about"),
    path("incidents/<uuid:incident_id>/decisions/", routing.decisions, name="decisions"),
    path("incidents/<uuid:incident_id>/deciding/", deciding.overview, name="deciding"),
    path("incidents/<uuid:incident_id>/deciding/together/", deciding.together, name="decide_together"),
    path("incidents/<uuid:incident_id>/deciding/<uuid:case_id>/", deciding.case, name="case"),
    path("incidents/<uuid:incident_id>/deciding/<uuid:case_id>/facts/", deciding.facts, name="case_facts"),
    path("incidents/<uuid:incident_id>/deciding/<uuid:case_id>/decide/", deciding.decide, name="decide"),
    path("incidents/<uuid:incident_id>/deciding/<uuid:case_id>/revise/", after_deciding.revise, name="revise"),
    path("incidents/<uuid:incident_id>/deciding/<uuid:case_id>/quash/", after_deciding.quash, name="quash"),
    path(
        "incidents/<uuid:incident_id>/deciding/<uuid:case_id>/tasks/<uuid:task_id>/", after_deciding.task, name="task"
    ),
    path(
        "incidents/<uuid:incident_id>/deciding/<uuid:case_id>/sanctions/<uuid:sanction_id>/",
        after_deciding.lift,
        name="lift",
    ),
    path(
        "incidents/<uuid:incident_id>/deciding/<uuid:case_id>/agreed/<uuid:restorative_id>/",
        after_deciding.review,
        name="review",
    ),
    path("incidents/<uuid:incident_id>/send/", send.send, name="send"),
    path("incidents/<uuid:incident_id>/close/", send.close, name="close"),
    path("incidents/<uuid:incident_id>/reopen/", send.reopen, name="reopen"),
    path("incidents/<uuid:incident_id>/report/<int:revision>.pdf", send.pdf, name="pdf"),
    path("incidents/<uuid:incident_id>/report/<int:revision>.json", send.as_json, name="json"),
    path("incidents/<uuid:incident_id>/messages/<uuid:message_id>/retry/", send.retry, name="retry"),
    path("incidents/<uuid:incident_id>/messages/<uuid:message_id>/arrived/", send.arrived, name="arrived"),
]
