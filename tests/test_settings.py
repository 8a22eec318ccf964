"""A setting that is wrong ends every command with one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from wisely_security.database.cells import configuration


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("SECRET_KEY", "", "Set SECRET_KEY to a long random string"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must be the URL of a database"),
        ("DATABASE_URL", "postgresql://a@b:port/c", "DATABASE_URL must be the URL of a database"),
        ("DATABASE_OWNER_URL", "://", "DATABASE_OWNER_URL must be the URL of a database"),
        ("EMAIL_PORT", "x", "EMAIL_PORT must be a number"),
        ("BACKGROUND_CELLS", "main eu-9", "BACKGROUND_CELLS: there is no cell eu-9"),
        ("KEEP_AUDIT_TRAIL_MONTHS", "-1", "KEEP_AUDIT_TRAIL_MONTHS must be a number of months"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting: str, value: str, expected: str) -> None:
    environ = {**os.environ, "DEBUG": "0", "SECRET_KEY": "x" * 50, "SITE_URL": "https://x.example", setting: value}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environ, capture_output=True, text=True, cwd=settings.BASE_DIR
    )
    assert done.returncode == 1
    assert done.stderr.startswith(expected) and done.stderr.count("\n") == 1


def test_every_database_is_given_up_in_time_unless_its_url_says_otherwise() -> None:
    def url(host: str) -> str:
        return f"postgresql://wisely@{host}/wisely"

    environ = {
        "DATABASE_URL": f"{url('first')}?connect_timeout=20",
        "DATABASE_OWNER_URL": url("first"),
        "DATABASE_REPLICA_URL": url("replica"),
        "DATABASE_CELL_URLS": f"eu-1={url('eu')}",
        "DATABASE_CELL_OWNER_URLS": f"eu-1={url('eu')}?tcp_user_timeout=90000",
        "DATABASE_CELL_REPLICA_URLS": f"eu-1={url('eu-replica')}",
    }
    code = "from wisely_security import settings; import json; print(json.dumps(settings.DATABASES))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DEBUG": "1", **environ},
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        check=True,
    )
    options = {alias: database["OPTIONS"] for alias, database in json.loads(done.stdout).items()}
    assert all({*configuration.GIVE_UP_SOON} <= {*each} for each in options.values())
    assert {alias: (each["connect_timeout"], each["tcp_user_timeout"]) for alias, each in options.items()} == {
        "default": (20, 5000),
        "owner": (5, 60000),
        "replica": (3, 5000),
        "eu-1": (3, 5000),
        "eu-1.owner": (5, 90000),
        "eu-1.replica": (3, 5000),
    }
