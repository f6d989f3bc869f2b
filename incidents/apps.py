from django.apps import AppConfig
from django.utils.module_loading import import_string

from dispatch import permits
from schools import changes


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        """Answer for this app where those it leans on ask: who may send or know, who must not, what posts mean."""
        # By name, because models can be imported only now.
        permits.answer_for("incident_report", import_string("incidents.selectors.at_sending.may_still_send"))
        import_string("sanctions.known.answer_for_cases")(
            import_string("incidents.selectors.known_cases.cases_known_to")
        )
        answer_who_is_kept_out = import_string("sanctions.selectors.kept_out.answer_who_is_kept_out")
        answer_who_is_kept_out(import_string("incidents.selectors.kept_out.kept_out_of"))
        changes.on_change(import_string("incidents.services.rerouting.reroute_people"))
        register_kind = import_string("dispatch.notices.register_kind")
        for kind in ("measure_begins", "measure_over"):
            register_kind(kind, import_string("incidents.selectors.measures.measure_text"))
        register_kind("officer_told", import_string("incidents.selectors.at_sending.officer_told_text"))
