"""What an archive does not have, or has in another way, comes back as the record has it now."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.records import a_tenant

from ...history import LOGINS, OLD, OLDER, ask, name_of, rows_of, run, sign_ins
from .altering import ALTER, DROP_DEFAULT, PARTITION, TWELVE, added, altered, structure, values

CASES = {
    "nullable": (added("text"), "later", {None}),
    "nullable, with the default of then": (added("text DEFAULT 'then'", DROP_DEFAULT), "later", {"then"}),
    "a default that stays": (added("int NOT NULL DEFAULT 7"), "later", {7}),
    "a default of then and another of now": (
        added("int NOT NULL DEFAULT 7", f"{ALTER} ALTER COLUMN later SET DEFAULT 8"),
        "later",
        {7},
    ),
    "as Django adds it": (added("text NOT NULL DEFAULT 'then'", DROP_DEFAULT), "later", {"then"}),
    "quotes, percent signs, backslashes": (
        added(r"text NOT NULL DEFAULT 'a''b%s\{1,2}'", DROP_DEFAULT),
        "later",
        {r"a'b%s\{1,2}"},
    ),
    "a truth": (added("boolean NOT NULL DEFAULT true", DROP_DEFAULT), "later", {True}),
    "an array": (added("text[] NOT NULL DEFAULT ARRAY['x', 'y']", DROP_DEFAULT), "later::text", {"{x,y}"}),
    "json": (added("""jsonb NOT NULL DEFAULT '{"a": [1]}'""", DROP_DEFAULT), "later->>'a'", {"[1]"}),
    "computed by the database": (added("text GENERATED ALWAYS AS (upper(action)) STORED"), "later", {"LOG_IN"}),
    "a name with a capital": (
        ([f"{ALTER} ADD COLUMN \"La ter\" text NOT NULL DEFAULT 'x'"], [f'{ALTER} DROP COLUMN "La ter"']),
        '"La ter"',
        {"x"},
    ),
    "a wider type": (
        ([f"{ALTER} ALTER COLUMN latitude TYPE numeric"], [f"{ALTER} ALTER COLUMN latitude TYPE double precision"]),
        "pg_typeof(latitude)::text",
        {"numeric"},
    ),
    "a nullable one that must be there now": (
        ([f"{ALTER} ALTER COLUMN ip SET NOT NULL"], [f"{ALTER} ALTER COLUMN ip DROP NOT NULL"]),
        "ip IS NULL",
        {False},
    ),
    "another order": (
        (
            [f"{ALTER} DROP COLUMN place", f"{ALTER} ADD COLUMN place text NOT NULL"],
            [],
        ),
        "place",
        {"Pune, India"},
    ),
    "a check that all fulfil": (
        ([f"{ALTER} ADD CONSTRAINT known CHECK (action <> '')"], [f"{ALTER} DROP CONSTRAINT known"]),
        "action",
        {"log_in"},
    ),
    "a check for what is new alone": (
        ([f"{ALTER} ADD CONSTRAINT known CHECK (action = 'x') NOT VALID"], [f"{ALTER} DROP CONSTRAINT known"]),
        "action",
        {"log_in"},
    ),
    "an index": (([f"CREATE INDEX later ON {LOGINS} (browser)"], ["DROP INDEX later"]), "action", {"log_in"}),
    "a unique index": (
        ([f"CREATE UNIQUE INDEX later ON {LOGINS} (id, tenant_id)"], ["DROP INDEX later"]),
        "action",
        {"log_in"},
    ),
}
EMPTY = {
    "text NOT NULL": "",
    "varchar(9) NOT NULL": "",
    "int NOT NULL": 0,
    "numeric NOT NULL": 0,
    "boolean NOT NULL": False,
    "jsonb NOT NULL": "{}",
    "text[] NOT NULL": [],
}


@pytest.mark.parametrize(("alteration", "column", "expected"), CASES.values(), ids=CASES)
def test_it_comes_back(alteration: tuple[list[str], list[str]], column: str, expected: set[Any]) -> None:
    sign_ins(OLD, [a_tenant()], place="Pune, India")
    run(*TWELVE)
    sign_ins(OLDER, [])  # a partition that is altered, too
    with altered(*alteration):
        run("restore_archive", name_of(OLD))
        assert values(column) == expected
        assert structure(PARTITION) == structure(f"{LOGINS}_{OLDER:%Y_%m}")


def test_what_is_archived_from_then_on_comes_back_as_it_was() -> None:
    with altered(*added("text[] NOT NULL DEFAULT ARRAY['x', 'y']", DROP_DEFAULT)):
        sign_ins(OLD, [a_tenant()], later=["z"])
        before = rows_of(LOGINS, OLD)
        run(*TWELVE)
        assert run("restore_archive", name_of(OLD)).endswith(f" restored: {PARTITION}.\n")
        assert rows_of(LOGINS, OLD) == before


@pytest.mark.parametrize(("definition", "expected"), EMPTY.items(), ids=EMPTY)
def test_without_a_default_it_is_the_empty_value(definition: str, expected: Any) -> None:
    """Added while the record had no events, and so without a default."""
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with altered(*added(definition)):
        output = run("restore_archive", name_of(OLD))
        assert "Added, because the archive does not have them: later." in output
        assert [value for (value,) in ask(f"SELECT later FROM {PARTITION}")] == [expected] * 3


def test_what_was_removed_is_left_out() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with altered([f"{ALTER} DROP COLUMN user_agent_cut"], [f"{ALTER} ADD COLUMN user_agent_cut boolean NOT NULL"]):
        assert "Left out, because the record no longer has them: user_agent_cut." in run(
            "restore_archive", name_of(OLD)
        )
        assert len(rows_of(LOGINS, OLD)) == 3
        assert structure(PARTITION) == structure(LOGINS)


def test_what_is_computed_by_now_is_computed() -> None:
    sign_ins(OLD, [a_tenant()], system="as it was")
    run(*TWELVE)
    computed = f"{ALTER} ADD COLUMN system text GENERATED ALWAYS AS (lower(action)) STORED"
    plain = [f"{ALTER} DROP COLUMN system", f"{ALTER} ADD COLUMN system text NOT NULL"]
    with altered([f"{ALTER} DROP COLUMN system", computed], plain):
        run("restore_archive", name_of(OLD))
        assert values("system") == {"log_in"}
