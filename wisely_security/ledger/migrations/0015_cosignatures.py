from pathlib import Path

from django.db import migrations, models

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_erased_events"), ("tenancy", "0011_integrity_alarm")]
    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(),
            "DROP FUNCTION ledger_append_cosignature; DROP TABLE ledger_cosignature",
        ),
        migrations.RunSQL(
            f"""
            GRANT SELECT ON ledger_cosignature TO {app_role()};
            GRANT EXECUTE ON FUNCTION ledger_append_cosignature TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Verification",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("events", models.TextField(null=True, verbose_name="event table")),
                        ("checked", models.BigIntegerField(verbose_name="events checked")),
                        ("findings", models.BigIntegerField()),
                        ("first_finding", models.TextField()),
                        ("verified_at", models.DateTimeField()),
                        (
                            "tenant",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                to="tenancy.tenant",
                            ),
                        ),
                    ],
                    options={"db_table": "ledger_verification", "ordering": ["-id"]},
                ),
            ],
        ),
    ]
