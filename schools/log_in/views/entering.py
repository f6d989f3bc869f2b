"""Logging in, showing again who one is, logging out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from audit.traces import untraced
from schools.log_in import entering, rules
from schools.log_in.addresses import wanted
from schools.log_in.forms import AnswerForm, CodeForm, LogInForm, PasswordForm
from schools.log_in.middleware import FORGET, part_of_log_in
from schools.log_in.providers import offered
from schools.log_in.selectors import proofs_of
from schools.log_in.sessions import PersonRequest

_READ_AND_WRITE = ["GET", "HEAD", "POST"]
WRONG = "The email address and the password do not belong together, or the account is closed. Check both and try again."
LOCKED = (
    f"There were {rules.GUESSES} wrong tries for this address, so it is locked for up to "
    f"{rules.LOCKED_MINUTES} minutes. "
    "A passkey still works, and a new password, by the link below, unlocks it at once."
)
WRONG_CODE = "This code is not right, or it was used already. Wait for the next one, or use a recovery code."
LOCKED_CODE = f"There were {rules.GUESSES} wrong tries. Wait for up to {rules.LOCKED_MINUTES} minutes, then try again."
WRONG_PASSKEY = "The passkey did not work. Try again, or use another way."
WRONG_PASSWORD = "This is not your password."  # noqa: S105
ENDED = {
    "idle": "You were logged out because nobody used the page for a while. Log in to go on where you were.",
    "long": "You were logged out because a log-in lasts for eight hours at most. Log in to go on where you were.",
}


@untraced("the form to log in", writes=("log_in.done", "log_in.failed", "log_in.locked"))
@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(_READ_AND_WRITE)
def log_in(request: HttpRequest) -> HttpResponse:
    """Address and password, a passkey, or an account elsewhere where the service is set up for that."""
    go_on_to = wanted(request)
    if request.user.is_authenticated:
        return redirect(go_on_to or "incidents:today")
    problem = ""
    form = LogInForm(request.POST or None)
    if request.method == "POST":
        problem = WRONG
        if form.is_valid():
            try:
                return entering.by_password(
                    request,
                    address=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                    go_on_to=go_on_to or resolve_url("incidents:today"),
                )
            except entering.Refused as refusal:
                problem = LOCKED if refusal.is_locked else WRONG
    return _log_in_page(request, go_on_to, problem=problem, typed=request.POST.get("username", "")[:254])


@untraced("the form to log in", writes=("log_in.done", "log_in.failed"))
@login_not_required
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Log in with a passkey."""
    go_on_to = wanted(request)
    if request.user.is_authenticated:
        return redirect(go_on_to or "incidents:today")
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            return entering.by_passkey(
                request, answer=form.cleaned_data["answer"], go_on_to=go_on_to or resolve_url("incidents:today")
            )
        except entering.Refused:
            pass
    return _log_in_page(request, go_on_to, problem=WRONG_PASSKEY, typed="")


@untraced("a number by chance for one's own browser")
@login_not_required
@require_POST
def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser is to be asked: for one's own passkeys where it is known who asks, else for whichever it has."""
    asked = entering.question(request, is_second_step=request.POST.get("for") == "second_step")
    return HttpResponse(status=409) if asked is None else JsonResponse(asked)


def _log_in_page(request: HttpRequest, go_on_to: str, *, problem: str, typed: str) -> HttpResponse:
    page = {
        "next": go_on_to,
        "problem": problem,
        "typed": typed,
        "ended": ENDED.get(request.GET.get("ended", "")),
        "providers": offered(),
    }
    return render(request, "log_in/log_in.html", page)


@untraced("a field for the code", writes=("log_in.done", "log_in.failed", "log_in.locked", "second_step.code_used"))
@login_not_required
@never_cache
@require_http_methods(_READ_AND_WRITE)
def code(request: HttpRequest) -> HttpResponse:
    """The second step of a log-in."""
    if request.user.is_authenticated:
        return redirect("incidents:today")
    stage = entering.waiting_stage(request)
    if stage is None:
        return redirect("login")
    problem = ""
    if request.method == "POST":
        answer, typed = AnswerForm(request.POST), CodeForm(request.POST)
        try:
            if answer.is_valid():
                return entering.by_passkey_after_password(request, stage, answer=answer.cleaned_data["answer"])
            problem = WRONG_CODE
            if typed.is_valid():
                return entering.by_code(request, stage, code=typed.cleaned_data["code"])
        except entering.Refused as refusal:
            problem = LOCKED_CODE if refusal.is_locked else problem or WRONG_PASSKEY
    return render(request, "log_in/code.html", {"proofs": proofs_of(user_id=stage.login.user.pk), "problem": problem})


@untraced(
    "a field for the password or the code",
    writes=("log_in.proved_again", "log_in.proof_failed", "log_in.failed", "log_in.locked", "second_step.code_used"),
)
@part_of_log_in
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(_READ_AND_WRITE)
def again(request: PersonRequest) -> HttpResponse:
    """Show again who one is, and go on to where one wanted to."""
    proofs = proofs_of(user_id=request.user.pk)
    go_on_to = wanted(request)
    problem = _proof(request, proofs.by_password) if request.method == "POST" else None
    if problem == "":
        return redirect(go_on_to or "incidents:today")
    return render(request, "log_in/again.html", {"proofs": proofs, "problem": problem, "next": go_on_to})


def _proof(request: PersonRequest, by_password: bool) -> str:
    """What was wrong with what was sent; empty when it was right."""
    answer, typed, password = AnswerForm(request.POST), CodeForm(request.POST), PasswordForm(request.POST)
    problem = WRONG_PASSWORD if by_password else WRONG_CODE
    try:
        if by_password:
            if password.is_valid():
                entering.prove_by_password(request, request.user, password=password.cleaned_data["password"])
                problem = ""
        elif answer.is_valid():
            problem = WRONG_PASSKEY
            entering.prove_by_passkey(request, request.user, answer=answer.cleaned_data["answer"])
            problem = ""
        elif typed.is_valid():
            entering.prove_by_code(request, request.user, code=typed.cleaned_data["code"])
            problem = ""
    except entering.Refused as refusal:
        return LOCKED_CODE if refusal.is_locked else problem
    return problem


@untraced("nothing", writes=("log_in.ended",))
@part_of_log_in
@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Log out, and have the browser forget what it has kept of our pages."""
    entering.leave(request)
    messages.success(request, "You are logged out.")
    response = redirect("login")
    response.headers["Clear-Site-Data"] = FORGET
    return response
