"""What the pages on which people sign have in common: by a link, by log-in and at the reception desk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from aup.forms.signing import AnswersForm, RefuseForm, SignForm
from aup.rules.due import Kind
from aup.selectors.reading import Document
from aup.selectors.signing import Item
from aup.services.copies import CopyNotReady, OpenedCopy
from aup.services.opening import (
    RECEPTION,
    ChangedSinceMail,
    newer_than,
    open_answers,
    open_document,
    open_home,
    open_receipt,
)
from aup.services.problems import AnsweredSince, NewerVersion, NotSignable, NotYours, SignedAlready
from aup.services.signing import DEVICE_MAX_LENGTH, Signed, Signer
from aup.services.telling import change_and_tell, refuse_and_tell, sign_and_tell
from dispatch.preparing import PdfAltered

CONFLICT, REFUSED, UNFINISHED, NOT_YET = 409, 403, 422, 202
DONE_WORDS = {
    Kind.SIGNED.value: ("Thank you", "You have signed this."),
    Kind.ACKNOWLEDGED.value: ("Thank you", "You went through this in class."),
    Kind.REFUSED.value: ("We have noted it", "You have not agreed to this."),
    Kind.CONSENTS.value: ("Thank you", "Your answers are changed from now on."),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who signs and by which way, and where the pages of this way are: ``ways`` begins the name of each of them.

    ``bound``: the versions that a link is good for; None where nothing binds.
    """

    by: Signer
    ways: str
    frame: str
    keys: Mapping[str, str] = field(default_factory=dict)
    bound: frozenset[UUID] | None = None

    def at(self, page: str, **more: UUID) -> str:
        """The address of one of the pages."""
        return reverse(f"aup:{self.ways}_{page}", kwargs={**self.keys, **more})

    @property
    def home(self) -> str:
        """Where all there is to sign stands."""
        return self.at("home")

    @property
    def back_words(self) -> str:
        """What leads there is called."""
        return "Hand the screen back" if self.by.how == RECEPTION else "Back to the list"

    @property
    def new_link(self) -> str:
        """Where a new link is asked for; empty for who came another way."""
        return self.at("new") if self.ways == "link" else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One agreement of the list with its addresses; empty where there is nothing to be opened."""

    item: Item
    sign: str
    answers: str


def show_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything there is to sign, child by child, and what was answered before."""
    home = open_home(by=desk.by, bound=desk.bound)
    context = {
        "home": home,
        "desk": desk,
        "parts": [(part, [_shown(desk, item) for item in part.items]) for part in home.parts],
        "answers": [(each, desk.at("copy", signature_id=each.signature_id)) for each in home.answers],
    }
    return render(request, "aup/sign/home.html", context)


def show_sign(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """The agreement to be read, and the form that signs it by POST; looking at it signs nothing."""

    def shown() -> HttpResponse:
        document = _document(request, desk, version_id, about_id)
        form = SignForm(_posted(request), document=document)
        context = {**_of(desk, document), "refuse": desk.at("refuse", version_id=version_id, about_id=about_id)}
        return _form(request, desk, form, "sign", lambda: sign_and_tell(by=desk.by, intent=form.intent), context)

    return _unless_problem(request, desk, version_id, about_id, shown)


def show_refuse(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """What follows when somebody does not sign, and the form that says so."""

    def shown() -> HttpResponse:
        document = _document(request, desk, version_id, about_id)
        form = RefuseForm(_posted(request), document=document)

        def act() -> Signed:
            return refuse_and_tell(by=desk.by, intent=form.intent, reason=form.cleaned_data["why"])

        context = {**_of(desk, document), "back": desk.at("sign", version_id=version_id, about_id=about_id)}
        return _form(request, desk, form, "refuse", act, context)

    return _unless_problem(request, desk, version_id, about_id, shown)


def show_answers(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> HttpResponse:
    """The questions that were answered with a signature, to be answered anew."""

    def shown() -> HttpResponse:
        document, now = open_answers(
            by=desk.by,
            version_id=version_id,
            about_id=about_id,
            language=_language(request),
            is_view=request.method != "POST",
        )
        form = AnswersForm(_posted(request), document=document, now=now)
        context = _of(desk, document)
        return _form(request, desk, form, "answers", lambda: change_and_tell(by=desk.by, intent=form.intent), context)

    return _unless_problem(request, desk, version_id, about_id, shown)


def show_receipt(request: HttpRequest, desk: Desk, signature_id: UUID) -> HttpResponse:
    """What was put down, where its copy is, and what is to be signed next."""
    receipt, item = open_receipt(by=desk.by, signature_id=signature_id, bound=desk.bound)
    is_at_desk = desk.by.how == RECEPTION
    heading, words = DONE_WORDS[receipt.kind]
    context = {
        "desk": desk,
        "receipt": receipt,
        "heading": heading,
        "words": words,
        "copy": "" if is_at_desk else desk.at("copy", signature_id=signature_id),
        "item": item,
        "next": desk.at("sign", version_id=item.version_id, about_id=item.about_id) if item else "",
        "is_at_desk": is_at_desk,
    }
    return render(request, "aup/sign/receipt.html", context)


def give_copy(request: HttpRequest, desk: Desk, opener: Callable[[], OpenedCopy]) -> HttpResponse:
    """A PDF as a file, or a page that says that it is still being made, or that it is not what was drawn."""
    try:
        copy = opener()
    except PdfAltered:
        return render(request, "aup/sign/copy_altered.html", {"desk": desk}, status=CONFLICT)
    except CopyNotReady as why:
        context = {"desk": desk, "again": request.path, "why": why}
        return render(request, "aup/sign/copy_waits.html", context, status=NOT_YET)
    response = HttpResponse(copy.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{copy.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from: behind a proxy what the proxy added last. None for what is no address."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    said = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        found = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(found)


def device_of(request: HttpRequest) -> str:
    """What the browser says it is."""
    said = request.headers.get("User-Agent", "")
    return "".join(each for each in said if each.isprintable())[:DEVICE_MAX_LENGTH]


def _form(
    request: HttpRequest,
    desk: Desk,
    form: Any,
    page: str,
    act: Callable[[], Signed],
    context: Mapping[str, object],
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            done = act()
            _check_desk(desk, done)
        except NotSignable as problem:
            if not form.take(problem):
                raise
        else:
            return redirect(desk.at("receipt", signature_id=done.signature.pk))
    status = UNFINISHED if form.errors else 200
    return render(request, f"aup/sign/{page}.html", {**context, "form": form, "summary_shown": True}, status=status)


def _check_desk(desk: Desk, done: Signed) -> None:
    """At the reception desk only the witness sees a receipt: of what was done another way it is said that it is."""
    row = done.signature
    if desk.by.how == RECEPTION and (row.identified_by, row.witness_id) != (RECEPTION, desk.by.witness_id):
        raise SignedAlready


def _unless_problem(
    request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID, shown: Callable[[], HttpResponse]
) -> HttpResponse:
    try:
        return shown()
    except NotSignable as problem:
        return _problem(request, desk, version_id, about_id, problem)


def _problem(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID, problem: NotSignable) -> HttpResponse:
    newer = newer_than(by=desk.by, version_id=version_id, bound=desk.bound) if _is_replaced(problem) else None
    context = {
        "desk": desk,
        "problem": problem,
        "is_signed": isinstance(problem, SignedAlready),
        "is_about_answers": isinstance(problem, AnsweredSince),
        "newer": desk.at("sign", version_id=newer, about_id=about_id) if newer else "",
        # A link is good for the versions of its day; for a newer one it takes a new link.
        "needs_new_link": bool(desk.new_link) and newer is None and _is_replaced(problem),
    }
    status = REFUSED if isinstance(problem, NotYours) else CONFLICT
    if context["is_signed"] and request.method != "POST":
        # Nothing is at odds: whoever comes back to a page that is done is told so.
        status = 200
    return render(request, "aup/sign/problem.html", context, status=status)


def _is_replaced(problem: NotSignable) -> bool:
    return isinstance(problem, NewerVersion | ChangedSinceMail)


def _shown(desk: Desk, item: Item) -> Shown:
    sign = desk.at("sign", version_id=item.version_id, about_id=item.about_id) if item.is_bound else ""
    answers = ""
    if item.answers_version_id:
        answers = desk.at("answers", version_id=item.answers_version_id, about_id=item.about_id)
    return Shown(item, sign, answers)


def _document(request: HttpRequest, desk: Desk, version_id: UUID, about_id: UUID) -> Document:
    return open_document(
        by=desk.by,
        version_id=version_id,
        about_id=about_id,
        language=_language(request),
        bound=desk.bound,
        is_view=request.method != "POST",
    )


def _of(desk: Desk, document: Document) -> dict[str, object]:
    return {"desk": desk, "document": document}


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _language(request: HttpRequest) -> str:
    return request.POST.get("read_in", "") if request.method == "POST" else request.GET.get("language", "")
