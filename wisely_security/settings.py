"""Settings. Everything that differs between machines comes from the environment (see docs/operating/operations.md)."""

import os
import zoneinfo
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from jinja2 import StrictUndefined

from wisely_security import environment as env
from wisely_security.core.site_url import parse_site_url
from wisely_security.database.cells import configuration

django_stubs_ext.monkeypatch()  # ModelForm[User] and the like, also when the program runs

# One time zone database, whatever the machine has: the pinned package tzdata.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

BASE_DIR = Path(__file__).resolve().parent.parent


def _site_url() -> str:
    typed = os.environ.get("SITE_URL", "http://localhost:8000" if DEVELOPMENT else "")
    if not typed:
        raise ImproperlyConfigured("Set SITE_URL to the address of the site (https://security.example.com).")
    try:
        return parse_site_url(typed, schemes=("https", "http") if DEVELOPMENT else ("https",))
    except ValueError as error:
        raise ImproperlyConfigured(f"SITE_URL is not valid: {error}.") from None


# DEBUG in the environment is for development: no TLS, this machine's host names, the demo's sign-ins. It also brings
# Django's own error pages, which ``serve`` leaves out: whoever tries the site sees the pages that it has.
DEVELOPMENT = env.flag("DEBUG")
DEBUG = DEVELOPMENT and env.flag("DEBUG_PAGES", True)
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development-" * 3 if DEVELOPMENT else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random string, or DEBUG=1 for development.")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEVELOPMENT else "")
SITE_URL = _site_url()
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "data").resolve()

INSTALLED_APPS = [
    "django.contrib.auth",
    "wisely_security",
    "wisely_security.cells",
    "wisely_security.tenancy",
    "wisely_security.ledger",
    "wisely_security.reports",
    "login_activity",
    "audit_trail",
    "wisely_security.workspace",
    "wisely_security.workspace.outbox",
    "wisely_security.workspace.api",
    "wisely_security.integrity",
    "wisely_security.erasure",
    "wisely_security.moving",
    "wisely_security.findings",
    "wisely_security.investigation",
    "wisely_security.scheduled_reports",
    "wisely_security.notes",
    "wisely_security.account_mail",
    "wisely_security.admin_config.SupportAdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "django_tables2",
]
if DEVELOPMENT:
    INSTALLED_APPS += ["wisely_security.demo", "wisely_security.devserver"]

MIDDLEWARE = [
    "wisely_security.core.http.unseen.HeadMiddleware",
    "wisely_security.workspace.api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wisely_security.core.http.middleware.CompressionMiddleware",
    "wisely_security.core.http.middleware.RequestContextMiddleware",
    "wisely_security.core.http.middleware.SecurityHeadersMiddleware",
    "login_activity.sign_ins.familiar.FamiliarBrowserMiddleware",
    "wisely_security.core.http.unseen.SpeculationMiddleware",
    "wisely_security.tenancy.views.cells.middleware.CellMiddleware",
    "wisely_security.tenancy.views.middleware.SessionCookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wisely_security.tenancy.views.cells.moved.MovedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "wisely_security.tenancy.forms.stale_forms.FormOwnerMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wisely_security.tenancy.views.middleware.TenantMiddleware",
    "wisely_security.tenancy.views.factors.middleware.SecondFactorMiddleware",
    "wisely_security.tenancy.views.cells.chosen.ChosenCellMiddleware",
    "wisely_security.database.replication.own_writes.OwnWritesMiddleware",
    "login_activity.devices.middleware.ClientHintsMiddleware",
]

ROOT_URLCONF = "wisely_security.urls"
WSGI_APPLICATION = "wisely_security.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wisely_security.tenancy.views.menu.shell",
            ],
            "libraries": {
                "heroicons": "wisely_security.core.icons",
                "fragments": "wisely_security.reports.pages.fragments",
            },
            "builtins": ["wisely_security.tenancy.forms.form_tags"],
        },
    },
    # The rows of a report, its chart and its tops, a thousand values: in a fraction of the time of Django's templates.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "rows", BASE_DIR / "templates" / "counts"],
        "OPTIONS": {
            "environment": "wisely_security.reports.pages.fragments.EscapingEnvironment",
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# The app role serves; the owner migrates. The web process has no DATABASE_OWNER_URL.
DATABASES = {
    "default": configuration.give_up(
        env.database_at(
            "DATABASE_URL", "postgresql:///wisely?user=wisely_app", conn_max_age=60, conn_health_checks=True
        ),
        configuration.GIVE_UP_SOON,
    )
}
if "DATABASE_OWNER_URL" in os.environ:
    DATABASES["owner"] = configuration.give_up(env.database_at("DATABASE_OWNER_URL"), configuration.GIVE_UP_LATE)
if os.environ.get("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = configuration.give_up(
        env.database_at("DATABASE_REPLICA_URL", conn_max_age=60, conn_health_checks=True), configuration.GIVE_UP_SOON
    )
DATABASES |= configuration.cells(
    {
        "DATABASE_CELL_URLS": os.environ.get("DATABASE_CELL_URLS", ""),
        "DATABASE_CELL_OWNER_URLS": os.environ.get("DATABASE_CELL_OWNER_URLS", ""),
        "DATABASE_CELL_REPLICA_URLS": os.environ.get("DATABASE_CELL_REPLICA_URLS", ""),
    },
    env.parse_database_url,
)
BACKGROUND_CELLS = configuration.background_cells(os.environ.get("BACKGROUND_CELLS", ""), DATABASES)
for _database in DATABASES.values():
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True  # PgBouncer in transaction mode
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DATABASE_ROUTERS = ["wisely_security.database.replication.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenancy.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique among accounts, and may be invited by several tenants
AUTHENTICATION_BACKENDS = [
    "login_activity.sign_ins.lockout.LockoutBackend",
    "wisely_security.tenancy.sign_in.authentication.EmailBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "wisely_security.tenancy.sign_in.breached_passwords.NotTooLong"},
    {"NAME": "wisely_security.tenancy.sign_in.breached_passwords.NotBreached"},
    {"NAME": "wisely_security.tenancy.sign_in.context_words.NotOfContextWords"},
    {"NAME": "wisely_security.tenancy.sign_in.demo_password.NotTheDemoPassword"},
]
# A list of one's own beside the one that comes with the site (docs/operating/guessing.md).
BREACHED_PASSWORDS_FILE = os.environ.get("BREACHED_PASSWORDS_FILE", "")
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60  # of any link; tenancy/sign_in/links.py says how long each kind works
# Guessing (docs/operating/guessing.md): after so many failures in a day an account waits, after each more for longer.
LOCKOUT_FAILURES_PER_ACCOUNT = 10
LOCKOUT_WAITS = [1, 2, 4, 8, 15, 30, 60]  # minutes; the last one from then on, at most an hour
# An address, after so many failures in an hour at so many accounts, or so many in all.
LOCKOUT_ACCOUNTS_PER_ADDRESS = 30
LOCKOUT_FAILURES_PER_ADDRESS = 100
# Events a minute in one record that nobody signed in for; more than that are counted (docs/operating/floods.md). Of an
# IPv6 address, its /64 counts.
FLOOD_EVENTS_PER_ADDRESS = 30
FLOOD_EVENTS_PER_ACCOUNT = 20
FLOOD_EVENTS_PER_TENANT = 300

SESSION_ENGINE = "wisely_security.tenancy.sign_in.session_store"
SESSION_COOKIE_NAME = "wisely_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEVELOPMENT
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_X_FORWARDED_PROTO") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "wisely_security.tenancy.forms.stale_forms.csrf_failure"

# Number of proxies in front of the application, or their networks: "1" or "10.0.0.0/8,192.0.2.7".
TRUSTED_PROXIES = os.environ.get("TRUSTED_PROXIES", "")
GEOIP_PATH = os.environ.get("GEOIP_PATH") or str(DATA_DIR / "places")

# For how many whole months each record stays in the database, and where it goes then (docs/operating/retention.md).
KEEP_MONTHS = {
    "login_activity": env.months("KEEP_LOGIN_ACTIVITY_MONTHS"),
    "audit_trail": env.months("KEEP_AUDIT_TRAIL_MONTHS"),
}
ARCHIVE_DIR = Path(os.environ.get("ARCHIVE_DIR") or DATA_DIR / "archives")

# What secrets of second factors are encrypted with; the first of them encrypts (docs/using/second-factor.md).
FACTOR_KEYS = env.items("FACTOR_KEYS", "b25seS1mb3ItZGV2ZWxvcG1lbnQtb25seS1mb3ItZGU=" if DEVELOPMENT else "")
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR")  # of everybody, whatever a tenant chooses
SUPPORT_NEEDS_FACTOR = not DEVELOPMENT  # support staff sees every tenant

# What checkpoints are signed with (docs/operating/integrity.md); read when something is signed, not before.
SIGNING_KEY = os.environ.get("SIGNING_KEY", "")
SIGNING_KEY_FILE = Path(os.environ.get("SIGNING_KEY_FILE") or DATA_DIR / "signing_key")
SIGNING_KEYS_RETIRED = env.items("SIGNING_KEYS_RETIRED")
# Under which host logs begin, and where their checkpoints are written, outside of the database.
LOG_ORIGIN = os.environ.get("LOG_ORIGIN", "")
CHECKPOINT_DIR = Path(os.environ.get("CHECKPOINT_DIR") or DATA_DIR / "checkpoints")

# Private networks in which webhooks and witnesses of tenants may be; elsewhere only public addresses are.
OUTBOUND_ALLOWED_NETWORKS = env.networks("OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8,::1/128" if DEVELOPMENT else "")

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Wisely Security <no-reply@wisely.example>")

FILE_UPLOAD_HANDLERS = ["wisely_security.core.http.uploads.NoFiles"]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["wisely_security.core.formats"]
USE_I18N = False

STATIC_URL = "static/"
# Collected, or in development, where nothing has been collected, from where they were written.
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
_collected = not DEVELOPMENT or bool(os.environ.get("STATIC_ROOT"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "wisely_security.core.static_files.CollectedFiles"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not _collected

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "wisely_security.core.errors.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING"}},
}
