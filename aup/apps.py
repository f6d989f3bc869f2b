from django.apps import AppConfig
from django.utils.module_loading import import_string

from schools import changes


class AupConfig(AppConfig):
    name = "aup"
    verbose_name = "Acceptable use agreements"

    def ready(self) -> None:
        """Say what makes the text of each mail about agreements, and what a change of people means here."""
        # By name, because models can be imported only now.
        register_kind = import_string("dispatch.notices.register_kind")
        for kind, text in import_string("aup.mails.KINDS").items():
            register_kind(kind, text)
        changes.on_change(import_string("aup.services.leaving.people_have_changed"))
