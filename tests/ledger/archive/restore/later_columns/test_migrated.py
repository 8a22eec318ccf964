"""An ordinary migration has changed the record since."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

import login_activity.migrations
from tests.support.records import a_tenant

from ...history import OLD, OLDER, ask, forget_everything, name_of, run, sign_ins
from .altering import ALTER, PARTITION, TWELVE

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
