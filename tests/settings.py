"""The settings as they are, with what tests cannot wait for or must not do."""

from wisely_security.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "security.wisely.example"]
SITE_URL = "https://security.wisely.example"
GEOIP_PATH = ""
SIGNING_KEY = ""
SIGNING_KEY_FILE = DATA_DIR / "no-such-key"  # noqa: F405
