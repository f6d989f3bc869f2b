"""Changing a password, and what to do when it is forgotten."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.traces import untraced
from schools.log_in import entering, guesses, passwords, rules
from schools.log_in.addresses import wanted
from schools.log_in.forms import AddressForm, ChangePasswordForm, NewPasswordForm, PasswordAgeForm
from schools.log_in.fresh import fresh_log_in, of_whole_log_in
from schools.log_in.middleware import part_of_log_in
from schools.log_in.password_age import greatest_age_days, must_change_password, set_greatest_age
from schools.log_in.sessions import PersonRequest
from schools.middleware import SchoolRequest
from schools.roles import Permission

_READ_AND_WRITE = ["GET", "HEAD", "POST"]
TOO_MANY_LINKS = (
    "Many links were asked for in the last minute. Wait a minute, then press the button again. "
    "Your school can have one sent to you as well."
)


@untraced("an empty form", writes=("password.changed", "session.ended", "log_in.proof_failed"))
@part_of_log_in
@never_cache
@sensitive_post_parameters("password", "new", "again")
@of_whole_log_in
@fresh_log_in
@require_http_methods(_READ_AND_WRITE)
def change(request: PersonRequest) -> HttpResponse:
    """Change one's password. It ends one's other sessions."""
    go_on_to = wanted(request)
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            entering.check_password(request, request.user, form.cleaned_data["password"])
            passwords.change_password(request, request.user, new=form.cleaned_data["new"])
        except entering.Refused as refusal:
            form.add_error("password", _locked() if refusal.is_locked else "This is not your password.")
        except passwords.SamePassword as refusal:
            form.add_error("new", str(refusal))
        else:
            messages.success(request, "Your password is changed. You are logged out everywhere else.")
            return redirect(go_on_to or "account_home")
    page = {"form": form, "next": go_on_to, "is_due": must_change_password(request, getattr(request, "viewer", None))}
    return render(request, "log_in/password.html", page, status=422 if form.errors else 200)


def _locked() -> str:
    return f"Too many wrong tries. Wait for up to {rules.LOCKED_MINUTES} minutes."


@untraced("a field for the address; the answer is the same for every one", writes=("password.link_asked",))
@login_not_required
@never_cache
@require_http_methods(_READ_AND_WRITE)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a link to a new password mailed. The answer is the same for every address."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.ask_for_link(request, address=form.cleaned_data["email"])
        except guesses.TooMany:
            form.add_error("email", TOO_MANY_LINKS)
            return _wait_a_minute(request, form)
        return render(request, "log_in/link_sent.html", {"minutes": rules.RESET_MINUTES})
    return render(request, "log_in/forgotten.html", {"form": form}, status=422 if form.errors else 200)


def _wait_a_minute(request: HttpRequest, form: AddressForm) -> HttpResponse:
    response = render(request, "log_in/forgotten.html", {"form": form}, status=429)
    response["Retry-After"] = "60"
    return response


@untraced("a field for a new password", writes=("password.reset",))
@login_not_required
@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(_READ_AND_WRITE)
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by the mailed link. Opening it changes nothing: mail scanners open links too."""
    try:
        form = NewPasswordForm(request.POST or None, user=passwords.user_of_link(token))
        if request.method == "POST" and form.is_valid():
            passwords.set_password_by_link(request, token=token, new=form.cleaned_data["new"])
            messages.success(request, "Your new password is set. Log in with it.")
            return redirect("login")
    except passwords.LinkPassed:
        response = render(request, "log_in/link_passed.html", status=410)
    else:
        response = render(request, "log_in/new_password.html", {"form": form}, status=422 if form.errors else 200)
    # The address holds the link.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@untraced("a setting of the school", writes=("school.password_age_set",))
@never_cache
@require_http_methods(_READ_AND_WRITE)
def age(request: SchoolRequest) -> HttpResponse:
    """The greatest age of a password in this school, and why it is better without one."""
    if not request.viewer.may(Permission.MANAGE_SCHOOL):
        raise PermissionDenied
    if request.method == "POST":
        form = PasswordAgeForm(request.POST)
        if form.is_valid():
            set_greatest_age(by=request.viewer, days=form.cleaned_data["days"])
            messages.success(request, "Saved. It holds from each person's next page.")
            return redirect("password_age")
    else:
        form = PasswordAgeForm(initial={"days": greatest_age_days(viewer=request.viewer)})
    return render(request, "log_in/password_age.html", {"form": form}, status=422 if form.errors else 200)
