from django.apps import AppConfig
from django.utils.module_loading import import_string


class SanctionsConfig(AppConfig):
    name = "sanctions"
    verbose_name = "Sanctions"

    def ready(self) -> None:
        """Say what makes the text of the mail to parents."""
        # By name, because models can be imported only now.
        register_kind = import_string("dispatch.notices.register_kind")
        for kind, text in import_string("sanctions.mails.KINDS").items():
            register_kind(kind, text)
