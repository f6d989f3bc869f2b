"""Every address of the service."""

from django.urls import include, path

from dispatch import service_views
from schools.log_in import providers
from schools.log_in.views import account, entering, passwords

urlpatterns = [
    path("", include("incidents.urls")),
    path("school/", include("schools.urls")),
    path("policy/sanctions/", include("sanctions.urls")),
    path("", include("aup.urls")),
    path("officer/", include("dispatch.urls")),
    path("letter/", include("sanctions.routes.letters")),
    # Each of them is ours; what else django-allauth has, such as signing up, has no address here.
    path("log-in/", entering.log_in, name="login"),
    path("log-in/passkey/", entering.passkey, name="passkey_log_in"),
    path("log-in/passkey/question/", entering.passkey_question, name="passkey_question"),
    path("log-in/code/", entering.code, name="mfa_authenticate"),
    path("log-in/again/", entering.again, name="account_reauthenticate"),
    path("log-in/forgotten/", passwords.forgotten, name="account_reset_password"),
    path("log-in/new-password/<str:token>/", passwords.by_link, name="account_reset_password_from_key"),
    *providers.addresses(),
    path("log-out/", entering.log_out, name="logout"),
    path("account/", account.account, name="account_home"),
    path("account/second-step/", account.second_step, name="account_second_step"),
    path("account/app/", account.app, name="account_app"),
    path("account/passkey/", account.passkey, name="account_passkey"),
    path("account/passkey/question/", account.passkey_question, name="account_passkey_question"),
    path("account/take-away/", account.take_away, name="account_take_away"),
    path("account/recovery-codes/", account.recovery_codes, name="account_recovery_codes"),
    path("account/password/", passwords.change, name="account_password"),
    path("account/end-session/", account.end_session, name="account_end_session"),
    path("school/passwords/", passwords.age, name="password_age"),
    # django-allauth's own name of the log-in, for where it leads back there.
    path("log-in/", entering.log_in, name="account_login"),
    path("service/documents/again/", service_views.draw_again, name="draw_again"),
    path("service/", include("schools.service_urls")),
]
