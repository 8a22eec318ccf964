"""The settings as they are, with what tests cannot wait for or must not do."""

from wisely_security.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "security.wisely.example"]
SITE_URL = "https://security.wisely.example"
GEOIP_PATH = ""
SIGNING_KEY = ""
# Nothing of the site that runs in this checkout: tests that write there have folders of their own.
SIGNING_KEY_FILE = DATA_DIR / "no-such-key"  # noqa: F405
CHECKPOINT_DIR = DATA_DIR / "no-such-checkpoints"  # noqa: F405
ARCHIVE_DIR = DATA_DIR / "no-such-archives"  # noqa: F405
