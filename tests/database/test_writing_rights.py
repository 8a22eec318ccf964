"""``manage.py check --database default`` warns where the app role can write what no trigger records."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection, connections

from wisely_security.database import checks
from wisely_security.database.rights import REVOKE_WRITING_FUNCTIONS, WRITING_FUNCTIONS

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operating" / "operations.md"


def warnings() -> dict[str, str]:
    found = checks.app_role_writes_only_tables()
    return {str(each.id): str(each.msg) for each in found}


def test_a_closed_database_passes(db: None) -> None:
    assert warnings() == {}


def test_temporary_tables_are_found(committed: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO PUBLIC")
    assert warnings() == {"wisely_security.W002": "The app role can create temporary tables."}


def test_a_function_that_everybody_may_call_is_found(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "WRITING_FUNCTIONS", (*WRITING_FUNCTIONS, "lo_get(oid)"))
    message = "The app role can write data that no trigger records: lo_get(oid)."
    assert warnings()["wisely_security.W001"] == message


def test_the_docs_revoke_the_same() -> None:
    assert f"{REVOKE_WRITING_FUNCTIONS};" in " ".join(OPERATIONS.read_text().split())
