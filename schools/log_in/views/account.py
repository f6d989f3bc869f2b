"""One's own log-in: second steps, sessions."""

import base64

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.traces import untraced
from schools.log_in import codes, passkeys, second_steps, sessions
from schools.log_in.addresses import wanted
from schools.log_in.forms import NewPasskeyForm, NumberForm, SecretForm
from schools.log_in.fresh import fresh_log_in, of_whole_log_in
from schools.log_in.middleware import is_whole, must_keep_second_step, part_of_log_in
from schools.log_in.selectors import own_log_in
from schools.log_in.sessions import PersonRequest
from schools.middleware import without_school

_READ_AND_WRITE = ["GET", "HEAD", "POST"]
TOO_LATE = "The page was open for too long. Scan the new picture."
_WRONG_PASSKEY = "No passkey was made. Try again, or choose the app."


@untraced("one's own ways to log in, and where one is logged in")
@without_school
@never_cache
@require_safe
def account(request: PersonRequest) -> HttpResponse:
    """What one can log in with, and where one is logged in."""
    return render(request, "log_in/account.html", {"own": own_log_in(request, request.user)})


@untraced("the second steps there are")
@part_of_log_in
@never_cache
@require_safe
def second_step(request: PersonRequest) -> HttpResponse:
    """The first second step: which one shall it be?"""
    if is_whole(request):
        return redirect(wanted(request) or "account_home")
    return render(request, "log_in/second_step.html", {"next": wanted(request)})


@untraced("a new secret for one's own app", writes=("second_step.added",))
@part_of_log_in
@never_cache
@of_whole_log_in
@fresh_log_in
@require_http_methods(_READ_AND_WRITE)
def app(request: PersonRequest) -> HttpResponse:
    """Set up an authenticator app, the first one or another one."""
    go_on_to, problem = wanted(request), ""
    secret = codes.new_secret(request.user.pk)
    if request.method == "POST":
        form = SecretForm(request.POST)
        problem = str(second_steps.WrongCode())
        try:
            secret = codes.opened_secret(request.user.pk, request.POST.get("sealed", ""))
            if form.is_valid():
                shown = second_steps.set_up_app(
                    request, request.user, sealed=secret.sealed, code=form.cleaned_data["code"]
                )
                return _set_up(request, "Your authenticator app is set up.", shown, go_on_to)
        except second_steps.WrongCode:
            pass
        except codes.SecretPassed:
            problem = TOO_LATE
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret.secret))
    page = {
        "secret": secret,
        "in_groups": " ".join(secret.secret[at : at + 4] for at in range(0, len(secret.secret), 4)),
        "picture": f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}",
        "problem": problem,
        "next": go_on_to,
    }
    return render(request, "log_in/app.html", page, status=422 if problem else 200)


@untraced("a button that makes a passkey", writes=("second_step.added",))
@part_of_log_in
@never_cache
@of_whole_log_in
@fresh_log_in
@require_http_methods(_READ_AND_WRITE)
def passkey(request: PersonRequest) -> HttpResponse:
    """Make a passkey, the first one or another one."""
    go_on_to, problem = wanted(request), ""
    if request.method == "POST":
        form = NewPasskeyForm(request.POST)
        problem = _WRONG_PASSKEY
        if form.is_valid():
            try:
                shown = second_steps.add_passkey(
                    request, request.user, name=form.cleaned_data["name"], answer=form.cleaned_data["answer"]
                )
                return _set_up(request, "Your passkey is kept.", shown, go_on_to)
            except passkeys.WrongAnswer:
                pass
            except second_steps.TooManyPasskeys as refusal:
                problem = str(refusal)
    page = {"problem": problem, "next": go_on_to}
    return render(request, "log_in/passkey.html", page, status=422 if problem else 200)


@untraced("a number by chance for one's own browser")
@part_of_log_in
@of_whole_log_in
@fresh_log_in
@require_POST
def passkey_question(request: PersonRequest) -> HttpResponse:
    """What the browser is to be asked to make."""
    return JsonResponse(passkeys.ask_for_new(request.user))


def _set_up(request: PersonRequest, said: str, shown: second_steps.Codes, go_on_to: str) -> HttpResponse:
    if shown:
        # In answer to the form and nowhere else: the codes are on this one page, and it is not kept.
        return _codes_page(request, said, shown, go_on_to)
    messages.success(request, said)
    return redirect(go_on_to or "account_home")


def _codes_page(request: PersonRequest, said: str, shown: second_steps.Codes, go_on_to: str) -> HttpResponse:
    return render(request, "log_in/recovery_codes.html", {"said": said, "codes": shown, "next": go_on_to})


@untraced("nothing", writes=("second_step.taken_away",))
@without_school
@fresh_log_in
@require_POST
def take_away(request: PersonRequest) -> HttpResponse:
    """Take away the app or a passkey."""
    form = NumberForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        second_steps.take_away(
            request.user, number=form.cleaned_data["number"], must_keep_one=must_keep_second_step(request)
        )
    except ObjectDoesNotExist:
        raise Http404 from None
    except second_steps.LastSecondStep as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Taken away. It logs nobody in any more.")
    return redirect("account_home")


@untraced("one's own new codes, this once", writes=("second_step.codes_made",))
@without_school
@fresh_log_in
@require_POST
def recovery_codes(request: PersonRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    try:
        shown = second_steps.new_recovery_codes(request.user)
    except ObjectDoesNotExist:
        messages.error(request, "Set up an app or a passkey first: recovery codes stand in for one.")
        return redirect("account_home")
    return _codes_page(request, "These are your new codes. The earlier ones no longer work.", shown, "")


@untraced("nothing", writes=("session.ended",))
@without_school
@require_POST
def end_session(request: PersonRequest) -> HttpResponse:
    """Log out elsewhere: one session, or with no number all of them but this one."""
    form = NumberForm(request.POST)
    if "number" not in request.POST:
        count = sessions.end_other_sessions(request)
        messages.success(request, "You are logged out everywhere else." if count else "You were logged in only here.")
    elif form.is_valid() and sessions.end_session(request, form.cleaned_data["number"]):
        messages.success(request, "That session has ended.")
    else:
        messages.info(request, "That session had ended already.")
    return redirect("account_home")
