"""Functions are compared with what the migrations make."""

from __future__ import annotations

from wisely_security.database.safeguards import definitions


def test_the_written_hashes_are_those_of_a_migrated_database(db: None) -> None:
    assert definitions.written() == definitions.found(), "Run manage.py write_definitions"
