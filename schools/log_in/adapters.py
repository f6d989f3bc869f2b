"""Where django-allauth asks the project how it wants things done."""

import time
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from schools.log_in import marks, trail
from schools.log_in.addresses import is_own_path
from schools.log_in.guesses import key_of_password
from schools.log_in.matching import member_by_address
from schools.middleware import SCHOOL_KEY
from schools.models import User
from schools.sealing import seal, unseal
from schools.selectors import viewer_for

REFUSED = (
    "That did not log you in. Your school must know you by the address of that account; "
    "otherwise log in with your password."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """One way in: nobody signs up, no mail leaves from here, and every log-in is marked and on the trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host's name: a service with two names would give twice as many guesses.
        return key_of_password(credentials.get("email", ""))

    def get_client_ip(self, request: HttpRequest) -> str:
        # A whole school has one address: it says nothing about anybody, and is kept nowhere.
        return "0.0.0.0"  # noqa: S104

    def is_safe_url(self, url: str) -> bool:
        return is_own_path(url)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return refuse(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what has happened themselves."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail leaves through dispatch alone."""

    def login(self, request: HttpRequest, user: User) -> None:
        records = get_authentication_records(request, user)
        super().login(request, user)
        second: dict[str, Any] = next((each for each in reversed(records) if each["method"] == "mfa"), {})
        marks.begin(request.session, now=time.time(), second_step=second.get("type", ""))
        viewer = viewer_for(user_id=user.pk, today=timezone.localdate())
        if viewer is not None:
            # It stays there, also when another school adds them meanwhile: what is typed is for this one.
            request.session[SCHOOL_KEY] = str(viewer.school_id)
        first = records[0] if records else {}
        trail.of_user(
            "log_in.done",
            user.pk,
            detail={
                "by": "passkey"
                if second.get("passwordless")
                else str(first.get("provider") or first.get("method", "")),
                "second_step": str(second.get("type", "")),
            },
        )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second steps lie sealed in the database (threat T25)."""

    def encrypt(self, text: str) -> str:
        return seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Online safety"}

    def _get_site_name(self) -> str:
        return "Online safety"

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail leaves through dispatch alone."""


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Google and Microsoft say who somebody is. They make no log-in and change none: they open one that is there."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the member by an address that the provider has verified; nothing is kept of the account itself."""
        addresses = [each.email for each in sociallogin.email_addresses if each.verified]
        member = member_by_address(addresses)
        if request.user.is_authenticated or member is None or sociallogin.is_existing:
            trail.of_stranger(
                "log_in.failed",
                member.pk if member else None,
                detail={"by": str(sociallogin.account.provider), "why": "no_member"},
            )
            raise ImmediateHttpResponse(refuse(request))
        sociallogin.user = member
        # Our own paths alone; and no other process than logging in is begun from our pages.
        wanted = sociallogin.state.get("next") or ""
        sociallogin.state = {"next": wanted if is_own_path(wanted) else resolve_url("incidents:today")}

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> NoReturn:
        raise ImmediateHttpResponse(refuse(request))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail leaves through dispatch alone."""


def refuse(request: HttpRequest) -> HttpResponse:
    """Back to the log-in, in the same words whatever the reason."""
    messages.error(request, REFUSED)
    return redirect("login")
