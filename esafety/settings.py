"""All settings, from the environment. DEBUG=1 is for the demo and the tests; without it every secret is required.

Nothing here starts a server: ``esafety.embedded`` does that for ``bin/demo`` and ``bin/test``, which then set
DATABASE_URL and REDIS_URL like any production host would.
"""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from dispatch.rules.states import WAITS_SECONDS
from schools.log_in.rules import GUESSES, LOCKED_MINUTES, RESET_MINUTES, RESETS_AN_HOUR

# Lets annotations such as ModelAdmin[School] stand in code that runs.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
if DEMO and not DEBUG:
    # The demonstration does without the second step of the log-in.
    raise ImproperlyConfigured("DEMO=1 is for made-up records only and works only with DEBUG=1; see docs/log-in.md.")


def required(name: str, debug_default: str) -> str:
    """The variable, or a clear refusal to start. Only DEBUG has a stand-in."""
    value: str = env.str(name, default="")
    if value:
        return value
    if DEBUG and debug_default:
        return debug_default
    raise ImproperlyConfigured(
        f"{name} is not set. Set it in the environment (see docs/deploy.md); the service does not start without it."
    )


SECRET_KEY = required("SECRET_KEY", "debug-only-key-that-never-leaves-this-machine-0123456789abcdef")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys that seal evidence, issued PDFs and passphrases at rest; the first one seals, all of them open.
SEALING_KEYS = [key for key in env.list("SEALING_KEYS", default=[]) if key]
if not SEALING_KEYS:
    if not DEBUG:
        required("SEALING_KEYS", "")
    SEALING_KEYS = [base64.urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()]

BASE_URL = required("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS:
    if not DEBUG:
        required("ALLOWED_HOSTS", "")
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]

INSTALLED_APPS = [
    "audit",
    "packs",
    "schools",
    "dispatch",
    "sanctions",
    "aup",
    "incidents",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "import_export",
    "csp",
]

MIDDLEWARE = [
    "esafety.headers.OnEveryAnswer",
    "csp.middleware.CSPMiddleware",
    "esafety.middleware.KeptNowhere",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "esafety.middleware.OnlyUtf8",
    "esafety.middleware.RecordsRefusals",
    "esafety.middleware.PlainNotFound",
    "schools.wall.OneTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "schools.log_in.middleware.SessionEnds",
    "schools.log_in.middleware.LogInRequired",
    "schools.middleware.ViewerMiddleware",
    "schools.log_in.middleware.WholeLogIn",
    "esafety.middleware.HoldsUp",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "esafety.urls"
WSGI_APPLICATION = "esafety.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "esafety.navigation.shell",
            ],
            "builtins": ["schools.templatetags.icons", "schools.templatetags.plain_words"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db_url_config(required("DATABASE_URL", ""))}
DATABASES["default"].update(
    {
        # A request is one transaction already (schools.wall.OneTransaction), and each service a savepoint in it.
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**DATABASES["default"].get("OPTIONS", {}), "application_name": "esafety"},
    }
)
# Who owns the tables. Only ``manage.py migrate`` logs in as it; the pages and the worker need not know it.
DATABASE_OWNER = env.db_url_config(env.str("DATABASE_OWNER_URL")) if env.str("DATABASE_OWNER_URL", default="") else None
if DATABASE_OWNER and DATABASE_OWNER["NAME"] != DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "schools.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# One hasher alone: a second one would take another time, and tell by that whose log-in is an old one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["schools.log_in.backends.ByEmail"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "incidents:today"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = RESET_MINUTES * 60

# --- log-in: docs/log-in.md --------------------------------------------------------------------------------------
# Guesses and used codes are counted here: in the database, so that no restart and no flush of Redis forgets them. When
# it is full a third of it is forgotten, so it must never be: a million is more guesses than anybody can make in time.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "log_in_counts",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
ACCOUNT_ADAPTER = "schools.log_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 5 * 60
ACCOUNT_RATE_LIMITS = {
    "login_failed": f"{GUESSES}/{LOCKED_MINUTES}m/key",
    "reset_password": f"{RESETS_AN_HOUR}/h/key",
}
MFA_ADAPTER = "schools.log_in.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Online safety"
# The code before and the one after are taken too, for clocks that are wrong; each only once (schools/log_in/codes.py).
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "schools.log_in.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {}
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", default="")
MICROSOFT_CLIENT_ID = env.str("MICROSOFT_CLIENT_ID", default="")
MICROSOFT_CLIENT_SECRET = env.str("MICROSOFT_CLIENT_SECRET", default="")
MICROSOFT_TENANT_ID = env.str("MICROSOFT_TENANT_ID", default="").lower()
_log_in_hosts = []
if bool(GOOGLE_CLIENT_ID) != bool(GOOGLE_CLIENT_SECRET) or bool(MICROSOFT_CLIENT_ID) != bool(MICROSOFT_CLIENT_SECRET):
    raise ImproperlyConfigured("A client id of Google or Microsoft needs its secret, and the other way about.")
if GOOGLE_CLIENT_ID:
    INSTALLED_APPS.append("allauth.socialaccount.providers.google")
    _log_in_hosts.append("https://accounts.google.com")
    SOCIALACCOUNT_PROVIDERS["google"] = {
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET}],
        "SCOPE": ["email"],
        "AUTH_PARAMS": {"prompt": "select_account"},
        "OAUTH_PKCE_ENABLED": True,
    }
if MICROSOFT_CLIENT_ID:
    # In a tenant of one's own its administrators give out the addresses. In "common" anybody could, for any address.
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", MICROSOFT_TENANT_ID):
        raise ImproperlyConfigured(
            "MICROSOFT_TENANT_ID must be the id of your own tenant, such as 8-4-4-4-12 hex digits."
        )
    INSTALLED_APPS.append("allauth.socialaccount.providers.microsoft")
    _log_in_hosts.append("https://login.microsoftonline.com")
    SOCIALACCOUNT_PROVIDERS["microsoft"] = {
        "APPS": [
            {
                "client_id": MICROSOFT_CLIENT_ID,
                "secret": MICROSOFT_CLIENT_SECRET,
                "settings": {"tenant": MICROSOFT_TENANT_ID},
            }
        ],
        "VERIFIED_EMAIL": True,
        "OAUTH_PKCE_ENABLED": True,
    }

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "esafety.storage.RememberedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Uploads are read into memory, checked and sealed into the database; nothing is written to a media folder.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 10

CRISPY_ALLOWED_TEMPLATE_PACKS = ("bootstrap5",)
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- the worker -------------------------------------------------------------------------------------------------
REDIS_URL = required("REDIS_URL", "filesystem://")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 600}
if REDIS_URL.startswith("filesystem:"):
    _queue = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
    }

# --- mail -------------------------------------------------------------------------------------------------------
EMAIL_URL = required("EMAIL_URL", f"filemail://{VAR_DIR / 'mail'}")
_mail = urlsplit(EMAIL_URL)
if _mail.scheme not in {"smtp", "smtp+tls", "smtps", "smtp+ssl", "filemail"}:
    raise ImproperlyConfigured("EMAIL_URL must be smtp://, smtp+tls:// or smtp+ssl:// (see docs/deploy.md).")
if _mail.scheme == "filemail" and not DEBUG:
    raise ImproperlyConfigured("EMAIL_URL=filemail:// keeps mails on disk and is for the demo only; set a mail server.")
DISPATCH_MAIL = {
    "scheme": _mail.scheme,
    "host": _mail.hostname or "",
    "port": _mail.port or (465 if _mail.scheme in {"smtps", "smtp+ssl"} else 587 if _mail.scheme == "smtp+tls" else 25),
    "user": _mail.username or "",
    "password": _mail.password or "",
    "folder": _mail.path if _mail.scheme == "filemail" else "",
    "timeout_seconds": env.int("EMAIL_TIMEOUT", default=30),
}
MAIL_FROM = env.str("MAIL_FROM", default="online-safety@demo.example.org" if DEBUG else "")
if not MAIL_FROM:
    required("MAIL_FROM", "")
# Where the ends of the audit trail's chains are mailed: a mailbox that nobody who runs the service can change.
AUDIT_ANCHOR_ADDRESS = required("AUDIT_ANCHOR_ADDRESS", "audit-anchor@demo.example.org")

# --- the browser ------------------------------------------------------------------------------------------------
_https = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_NAME = "__Host-session" if not DEBUG else "session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
# Not "Strict": a link in a mail would open as if one were logged out, and the way back from Google or Microsoft would
# find no session.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_NAME = "__Host-csrf" if not DEBUG else "csrf"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A browser holds the redirects after a form to this as well.
        "form-action": [SELF, *_log_in_hosts],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- logs: codes and ids only, never a value from a form ----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_links": {"()": "dispatch.links.WithoutLinks"}},
    "formatters": {
        "line": {"()": "esafety.logs.PlaceOnly", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_links"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Instead of Django's own handlers, which would write out what an exception quotes.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.db.backends": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
# Errors are logged with their place, not with local variables or form values.
DEFAULT_EXCEPTION_REPORTER_FILTER = "esafety.exceptions.NothingButThePlace"

# What one school may store and send; numbers the interface repeats.
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
EVIDENCE_MAX_FILES = 10
REPORT_DUE_HOURS = 24
ACKNOWLEDGE_LINK_DAYS = env.int("ACKNOWLEDGE_LINK_DAYS", default=30)

# --- dispatch -----------------------------------------------------------------------------------------------------
# A worker that says nothing for this long is given up, and its message goes to another one. A task is ended a little
# earlier, so that a worker never outlives its lease.
DISPATCH_LEASE_SECONDS = env.int("DISPATCH_LEASE_SECONDS", default=180)
DISPATCH_SWEEP_SECONDS = env.int("DISPATCH_SWEEP_SECONDS", default=60)
# How long a message that may have arrived waits before it is repeated, once.
DISPATCH_REPEAT_SECONDS = env.int("DISPATCH_REPEAT_SECONDS", default=600)
# The waits between the tries; when they are used up, a person is asked.
DISPATCH_RETRY_SECONDS = env.list("DISPATCH_RETRY_SECONDS", cast=int, default=list(WAITS_SECONDS))
# A report that has not left after this long is shown as late, although it is still being tried.
DISPATCH_LATE_SECONDS = env.int("DISPATCH_LATE_SECONDS", default=900)
# What a request may wait for the broker when it wakes a worker; the sweep finds what was missed.
DISPATCH_WAKE_SECONDS = env.float("DISPATCH_WAKE_SECONDS", default=0.5)
DISPATCH_CELERY_APP = "esafety.celery.app"
_SWEEP: dict[str, object] = {
    "schedule": float(DISPATCH_SWEEP_SECONDS), "options": {"expires": max(DISPATCH_SWEEP_SECONDS - 5, 1)}
}  # fmt: skip
CELERY_BEAT_SCHEDULE = {
    "clear-sessions": {"task": "schools.tasks.clear_sessions", "schedule": 24 * 3600.0},
    "apply-officer-changes": {"task": "schools.tasks.apply_officer_changes", "schedule": 300.0},
    "sweep-outbox": {"task": "dispatch.tasks.sweep", **_SWEEP},
    "sweep-bundles": {"task": "aup.keeping_tasks.sweep_bundles", **_SWEEP},
    "mail-audit-anchor": {"task": "dispatch.tasks.mail_anchor", "schedule": 24 * 3600.0},
    "unused": {"task": "schools.tasks.tell_of_unused", "schedule": crontab(day_of_week="1", hour="7", minute="0")},
    "reroute-all": {"task": "incidents.tasks.reroute_all", "schedule": crontab(hour="0", minute="5")},
}
# A worker that lost its broker waits for it for as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Loading the PDF maker in a new worker process takes a second, more on a slow machine; 4 would be Celery's patience.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
