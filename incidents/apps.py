from django.apps import AppConfig
from django.utils.module_loading import import_string

from dispatch import permits
from schools import changes


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        """Answer for this app where those it leans on ask: who may still send, and what a change of posts means."""
        # By name, because models can be imported only now.
        permits.answer_for("incident_report", import_string("incidents.selectors.at_sending.may_still_send"))
        changes.on_change(import_string("incidents.services.rerouting.reroute_people"))
        register_kind = import_string("dispatch.notices.register_kind")
        register_kind("officer_told", import_string("incidents.selectors.at_sending.officer_told_text"))
