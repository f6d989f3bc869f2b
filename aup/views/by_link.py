"""Signing by the link of a mail, without a log-in: the link is the key, and only pressing a button signs (T20)."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import traced, untraced
from aup.services.links import LinkPassed, LinkUnknown, OpenedLink, open_link
from aup.services.opening import LINK, open_own_copy
from aup.services.signing import Signer
from aup.services.telling import send_new_link
from aup.views.signing_pages import (
    Desk,
    address_of,
    device_of,
    give_copy,
    show_answers,
    show_home,
    show_receipt,
    show_refuse,
    show_sign,
)
from schools.views.guard import READ, READ_AND_WRITE
from schools.wall import in_school

FRAME = "aup/sign/frame_link.html"
GONE = 410
View = Callable[..., HttpResponse]


def by_link(*, methods: tuple[str, ...] = READ_AND_WRITE, is_view: bool = False) -> Callable[[View], View]:
    """A page behind a link: unknown ones are not there, passed ones say so and offer a new one.

    ``is_view``: opening the page is put on the trail as opening the link.
    """

    def wrap(view: View) -> View:
        @login_not_required
        @never_cache
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, token: str, **parts: UUID) -> HttpResponse:
            try:
                opened = open_link(token=token, is_view=is_view)
                with in_school(opened.school_id):
                    response = view(request, _desk(request, token, opened), **parts)
            except LinkPassed:
                response = render(request, "aup/sign/link_passed.html", {"token": token}, status=GONE)
            except (LinkUnknown, ObjectDoesNotExist):
                raise Http404 from None
            return _without_path(response)

        return guarded

    return wrap


@traced("agreement.link_opened")
@by_link(methods=READ, is_view=True)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All of a family on one page: each child, and what the person signs for themselves."""
    return show_home(request, desk)


@traced("agreement.signing_opened", writes=("agreement.signed",))
@by_link()
def sign(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """One agreement; GET shows it, for mail scanners open every link, and POST signs it, once or more."""
    return show_sign(request, desk, version_id, about_id)


@traced("agreement.signing_opened", writes=("agreement.refused",))
@by_link()
def refuse(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """Say no to one agreement, knowing what follows."""
    return show_refuse(request, desk, version_id, about_id)


@traced("agreement.answers_opened", writes=("agreement.consents",))
@by_link()
def answers(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """Change the answers that were given with a signature."""
    return show_answers(request, desk, version_id, about_id)


@traced("agreement.receipt_opened")
@by_link(methods=READ)
def receipt(request: HttpRequest, desk: Desk, signature_id: UUID) -> HttpResponse:
    """What was put down."""
    return show_receipt(request, desk, signature_id)


@traced("agreement.copy_opened")
@by_link(methods=READ)
def copy(request: HttpRequest, desk: Desk, signature_id: UUID) -> HttpResponse:
    """The PDF of what was signed."""
    return give_copy(request, desk, lambda: open_own_copy(by=desk.by, signature_id=signature_id))


@untraced("that a link may be on its way", writes=("agreement.link_asked",))
@login_not_required
@never_cache
@require_http_methods(["POST"])
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """Have a new link sent to the address that the school has; the answer is the same whether one goes out or not."""
    try:
        send_new_link(token=token)
    except LinkUnknown:
        raise Http404 from None
    return _without_path(render(request, "aup/sign/link_sent.html"))


def _desk(request: HttpRequest, token: str, opened: OpenedLink) -> Desk:
    by = Signer(
        school_id=opened.school_id,
        person_id=opened.person_id,
        how=LINK,
        identified_id=opened.id,
        address=address_of(request),
        device=device_of(request),
    )
    return Desk(by, "link", FRAME, {"token": token}, opened.version_ids)


def _without_path(response: HttpResponse) -> HttpResponse:
    # The path is the key, so it is told to nobody. "no-referrer" would do too, but makes browsers send
    # "Origin: null" with the form, which the protection against forged requests has to refuse.
    response["Referrer-Policy"] = "strict-origin"
    return response
