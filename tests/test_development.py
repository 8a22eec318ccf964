"""What ``DEBUG`` in the environment means, with and without Django's own error pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PRODUCTION = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "wisely.example", "SITE_URL": "https://wisely.example"}
SHOW = """
import json
from wisely_security import settings
names = ["DEVELOPMENT", "DEBUG", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS"]
shown = {name: getattr(settings, name) for name in names}
print(json.dumps(shown | {"serves itself": "wisely_security.devserver" in settings.INSTALLED_APPS}))
"""


@pytest.mark.parametrize(
    ("environment", "development", "debug"),
    [
        ({"DEBUG": "1"}, True, True),
        ({"DEBUG": "1", "DEBUG_PAGES": "0"}, True, False),
        ({"DEBUG": "0", "DEBUG_PAGES": "1", **PRODUCTION}, False, False),
        (PRODUCTION, False, False),
    ],
)
def test_error_pages_are_all_that_differs(environment: dict[str, str], development: bool, debug: bool) -> None:
    kept = {"PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=PROJECT, env=kept | environment, capture_output=True, text=True, check=True
    )
    shown = json.loads(result.stdout)
    assert (shown.pop("DEVELOPMENT"), shown.pop("DEBUG")) == (development, debug)
    assert shown == {
        "SESSION_COOKIE_SECURE": not development,
        "SECURE_SSL_REDIRECT": not development,
        "SECURE_HSTS_SECONDS": 0 if development else 365 * 24 * 60 * 60,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"] if development else ["wisely.example"],
        "serves itself": development,
    }
