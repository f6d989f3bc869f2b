"""What the mail to a parent is made of when it is sent: that there is a letter, and a link made at that moment."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dispatch.notices import NoLongerWanted, NoticeFacts, Readdressed
from sanctions.models import LetterCopy
from sanctions.services.letter_links import is_overtaken, make_letter_link, parent_for
from schools.templatetags.plain_words import day


def letter_to_parents(facts: NoticeFacts) -> Mapping[str, object]:
    """The link of one parent's copy. Five queries.

    Asked again here because hours may lie between the queue and the sending (threat T27): raises NoLongerWanted for who
    was barred meanwhile or is in the matter themselves, whose child has left, or whose child the record does not name
    any more; for what was decided otherwise meanwhile; and for an address that is not that parent's any more (T19).
    Readdressed where they have another one.
    """
    if facts.school_id is None or facts.object_id is None:
        raise NoLongerWanted
    rows = LetterCopy.objects.select_related("letter__case__person", "letter__case__framework")
    copy = rows.filter(school_id=facts.school_id, pk=facts.object_id).first()
    parent = None if copy is None else parent_for(copy, timezone.now())
    if copy is None or parent is None or is_overtaken(copy):
        raise NoLongerWanted
    if parent.address != facts.to_address:
        raise Readdressed(parent.address) if parent.address else NoLongerWanted
    token, expires_at = make_letter_link(copy=copy)
    return {"link": link_to(token), "until": day(timezone.localdate(expires_at))}


def link_to(token: str) -> str:
    """The address of the page behind a token; it says nothing of what the letter is about."""
    return settings.BASE_URL + reverse("letters:by_link", kwargs={"token": token})


KINDS = {"letter_to_parents": letter_to_parents}
