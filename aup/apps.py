from django.apps import AppConfig
from django.utils.module_loading import import_string


class AupConfig(AppConfig):
    name = "aup"
    verbose_name = "Acceptable use agreements"

    def ready(self) -> None:
        """Say what makes the text of each mail about agreements."""
        # By name, because models can be imported only now.
        register_kind = import_string("dispatch.notices.register_kind")
        for kind, text in import_string("aup.mails.KINDS").items():
            register_kind(kind, text)
