import re
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
EARLIER = SQL.with_name("0011_sealing.sql").read_text()


def _as_it_was(function: str) -> str:
    [definition] = re.findall(rf"^CREATE FUNCTION {function}\(.*?^\$\$;", EARLIER, re.DOTALL | re.MULTILINE)
    return definition.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


BACK = f"""
    DO $$
    BEGIN
        IF EXISTS (SELECT FROM ledger_departed) OR EXISTS (SELECT FROM ledger_archive_rewrite) THEN
            RAISE EXCEPTION 'Leaf hashes of months that left would be lost: restore their archives first.';
        END IF;
    END
    $$;
    DROP FUNCTION ledger_depart;
    DROP FUNCTION ledger_return_leaves;
    DROP TABLE ledger_departed, ledger_archive_rewrite;
    ALTER TABLE ledger_archive RENAME sha256 TO manifest_sha256;
    ALTER TABLE ledger_removal DROP leaves;
    {_as_it_was("ledger_append_leaves")}
    {_as_it_was("ledger_erase_salts")}
    REVOKE EXECUTE ON FUNCTION ledger_erase_salts FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_cosignatures")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(SQL.read_text(), BACK),
                migrations.RunSQL(f"GRANT SELECT ON ledger_departed, ledger_archive_rewrite TO {app_role()}", ""),
            ],
            state_operations=[
                migrations.RenameField("archive", "manifest_sha256", "sha256"),
                migrations.AlterField("archive", "sha256", models.TextField(verbose_name="SHA-256")),
                migrations.CreateModel(
                    name="ArchiveRewrite",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False, editable=False, db_default=models.Func(function="uuidv7"))),
                        ("archive", models.ForeignKey(db_column="archive", db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="rewrites", to="ledger.archive")),
                        ("size", models.BigIntegerField(verbose_name="bytes")),
                        ("sha256", models.TextField(verbose_name="SHA-256")),
                        ("reason", models.TextField()),
                        ("rewritten_at", models.DateTimeField(db_default=Now())),
                    ],
                    options={"db_table": "ledger_archive_rewrite", "ordering": ["archive", "id"]},
                ),
            ],
        ),
    ]
