"""The settings of tests, with the demo's places and e-mails as files."""

from tests.settings import *  # noqa: F403
from wisely_security.settings import DATA_DIR, GEOIP_PATH, SITE_URL  # noqa: F401

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
