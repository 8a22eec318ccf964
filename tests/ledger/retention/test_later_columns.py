"""An archive is restored into a record whose columns have changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.loader import MigrationLoader

import login_activity.migrations
from tests.support.records import a_tenant

from .history import LOGINS, OLD, OLDER, ask, forget_everything, name_of, rows_of, run, sign_ins

TWELVE = ("archive_events", "--older-than", "12")
PARTITION = f"{LOGINS}_{OLD:%Y_%m}"
ALTER = f"ALTER TABLE {LOGINS}"


@contextmanager
def altered(statements: list[str], undo: list[str]) -> Iterator[None]:
    """Within the block the record has other columns. It is empty when they are restored."""
    for statement in statements:
        ask(statement)
    try:
        yield
    finally:
        forget_everything()
        for statement in undo:
            ask(statement)


def values(column: str) -> set[Any]:
    return {value for (value,) in ask(f"SELECT {column} FROM {PARTITION}")}


def added(definition: str, *more: str) -> tuple[list[str], list[str]]:
    """A column added after the archive was written."""
    return [f"{ALTER} ADD COLUMN later {definition}", *more], [f"{ALTER} DROP COLUMN later"]


DROP_DEFAULT = f"{ALTER} ALTER COLUMN later DROP DEFAULT"
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


def structure(table: str) -> list[tuple[Any, ...]]:
    columns = """SELECT attname, atttypid, attnotnull, attgenerated, pg_get_expr(adbin, adrelid) FROM pg_attribute
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname"""
    checks = """SELECT contype::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint
        WHERE conrelid = %s::regclass ORDER BY 1, 2"""
    return ask(columns, table) + ask(checks, table)


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


REFUSED = {
    "a check that an old row violates": (
        [f"{ALTER} ADD CONSTRAINT known CHECK (user_name <> 'Person 2')"],
        [f"{ALTER} DROP CONSTRAINT known"],
        r"violates check constraint \"known\" \(line 3\)\. Nothing was changed",
    ),
    "an unknown value that has to be there": (
        *added("timestamptz NOT NULL"),
        r"has no later, which each event needs now.* SET DEFAULT",
    ),
    "an empty value that is forbidden": (
        *added("text NOT NULL CHECK (later <> '')"),
        r"violates check constraint .*Nothing was changed",
    ),
    "a narrower type": (
        [f"{ALTER} ALTER COLUMN user_name TYPE varchar(5)"],
        [f"{ALTER} ALTER COLUMN user_name TYPE text"],
        r"value too long .*column user_name\)\. Nothing was changed",
    ),
    "another type": (
        [f"{ALTER} ALTER COLUMN system TYPE int USING 0"],
        [f"{ALTER} ALTER COLUMN system TYPE text"],
        r"invalid input syntax for type integer: .*column system\)",
    ),
    "a value where none was": (
        [f"{ALTER} ALTER COLUMN longitude SET NOT NULL"],
        [f"{ALTER} ALTER COLUMN longitude DROP NOT NULL"],
        r"null value in column \"longitude\"",
    ),
    "an index that an old row breaks": (
        [f"CREATE INDEX once ON {LOGINS} ((1 / length(user_agent)))"],
        ["DROP INDEX once"],
        r"division by zero",
    ),
    "a new name that no migration knows": (
        [f"{ALTER} RENAME session TO visit"],
        [f"{ALTER} RENAME visit TO session"],
        r"columns that the record no longer has: session\. Whether they are now called visit or were removed",
    ),
}


@pytest.mark.parametrize(("statements", "undo", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_come_back_is_refused_in_a_sentence(statements: list[str], undo: list[str], message: str) -> None:
    sign_ins(OLD, [a_tenant()], longitude=None, user_agent="")
    run(*TWELVE)
    with altered(statements, undo):
        before = state()
        with pytest.raises(CommandError, match=message) as refused:
            run("restore_archive", name_of(OLD))
        assert "Person" not in str(refused.value)
        assert state() == before


def state() -> list[tuple[Any, ...]]:
    """All tables, and what is derived from events."""
    return ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1") + ask(
        "SELECT * FROM ledger_rollup ORDER BY 1, 2, 3, 4"
    )


def test_the_remedy_that_a_refusal_names() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with altered(*added("timestamptz NOT NULL")):
        ask(f"{ALTER} ALTER later SET DEFAULT '2025-01-01 00:00Z'")
        run("restore_archive", name_of(OLD))
        assert {moment.year for moment in values("later")} == {2025}


LATER = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("login_activity", "{leaf}")]
    operations = [
        migrations.AddField("loginevent", "channel", models.TextField(default="web"), preserve_default=False),
        migrations.AddField("loginevent", "risk", models.IntegerField(default=lambda: 40 + 2)),
        migrations.AddField("loginevent", "note", models.TextField(null=True)),
        migrations.AddField("loginevent", "seen_at", models.DateTimeField(db_default="2025-01-01T00:00Z")),
        migrations.RenameField("loginevent", "session", "visit"),
        migrations.RenameField("loginevent", "visit", "journey"),
        migrations.AddField("loginevent", "session", models.TextField(default="new")),
        migrations.RemoveField("loginevent", "user_agent_cut"),
        migrations.AlterField("loginevent", "country", models.CharField(max_length=99)),
        migrations.AddConstraint(
            "loginevent", models.CheckConstraint(condition=models.Q(risk__gte=0), name="risk_is_positive")),
    ]
"""


@pytest.fixture
def later_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> str:
    """Add a migration to the existing ones; returns its name."""
    [(_, leaf)] = MigrationLoader(None).graph.leaf_nodes("login_activity")
    package = tmp_path / "login_activity_later"
    shutil.copytree(Path(str(login_activity.migrations.__file__)).parent, package)
    (package / "9999_later.py").write_text(LATER.format(leaf=leaf))
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"login_activity": package.name}
    return "9999_later"


@pytest.mark.parametrize("all_are_gone", [True, False], ids=["empty", "with partitions of then"])
def test_an_ordinary_migration(later_migration: str, all_are_gone: bool) -> None:
    sign_ins(OLD, [a_tenant()], session="of old")
    run(*TWELVE)
    if not all_are_gone:
        sign_ins(OLDER, [a_tenant()])
    try:
        call_command("migrate", "login_activity", verbosity=0)
        output = run("restore_archive", name_of(OLD))
        assert "Left out, because the record no longer has them: user_agent_cut." in output
        assert set(ask(f"SELECT channel, risk, note, seen_at::date::text, journey, session FROM {PARTITION}")) == {
            ("web", 42, None, "2025-01-01", "of old", "new")
        }
        run("drop_restored", name_of(OLD))
    finally:
        forget_everything()
        undo()


def undo() -> None:
    for change in (
        "DROP CONSTRAINT IF EXISTS risk_is_positive",
        *(f"DROP COLUMN IF EXISTS {name}" for name in ("channel", "risk", "note", "seen_at", "session")),
        "RENAME journey TO session",
        "ADD COLUMN user_agent_cut boolean NOT NULL",
        "ALTER COLUMN country TYPE text",
    ):
        ask(f"{ALTER} {change}")
    ask("DELETE FROM django_migrations WHERE name = '9999_later'")
