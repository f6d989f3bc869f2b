from collections.abc import Mapping

from django.apps import AppConfig
from django.utils.module_loading import import_string

from schools import notices


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = "Dispatch"

    def ready(self) -> None:
        """Take the mails that schools asks for, and learn what makes the text of each kind."""
        # By name, because models can be imported only now.
        register_kind = import_string("dispatch.notices.register_kind")
        register_kind("audit_anchor", import_string("dispatch.anchoring.compose_anchor"))
        register_kind("misses", import_string("dispatch.misses.compose_misses"))
        notices.register(import_string("dispatch.notices.queue_notice"))
        no_longer_wanted = import_string("dispatch.notices.NoLongerWanted")
        for kind, text in import_string("schools.notice_texts.TEXTS").items():
            register_kind(kind, _in_our_words(text, no_longer_wanted))


def _in_our_words(text: notices.Text, no_longer_wanted: type[Exception]) -> notices.Text:
    """A text of schools, which says in its own words that a mail is not wanted any more."""

    def compose(facts: notices.Facts) -> Mapping[str, object]:
        try:
            return text(facts)
        except notices.NotWanted:
            raise no_longer_wanted from None

    return compose
