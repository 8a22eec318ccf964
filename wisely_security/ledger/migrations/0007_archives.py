from pathlib import Path

from django.db import migrations, models
from django.db.models.functions import Now

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_quarters")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(SQL.read_text()),
                migrations.RunSQL(f"GRANT SELECT ON ledger_archive TO {app_role()}"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Archive",
                    fields=[
                        ("name", models.TextField(primary_key=True, serialize=False)),
                        ("events", models.TextField(verbose_name="event table")),
                        ("month", models.DateField()),
                        ("rows", models.BigIntegerField(verbose_name="events")),
                        ("size", models.BigIntegerField(verbose_name="bytes")),
                        ("root", models.TextField(verbose_name="root of the tree")),
                        ("manifest_sha256", models.TextField(verbose_name="SHA-256 of the manifest")),
                        ("rule", models.TextField()),
                        ("archived_at", models.DateTimeField(db_default=Now())),
                    ],
                    options={"db_table": "ledger_archive", "ordering": ["-month", "name"]},
                ),
            ],
        ),
    ]
