from pathlib import Path

import wisely_security.ledger.models
from django.db import migrations, models

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0002_following"), ("tenancy", "0002_row_level_security")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(SQL.read_text()),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="AuditEvent",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("tenant_id", models.UUIDField(editable=False)),
                        ("tx", models.BigIntegerField(editable=False)),
                        (
                            "occurred_at",
                            models.GeneratedField(
                                db_persist=True,
                                expression=wisely_security.ledger.models.EventTime("id"),
                                output_field=models.DateTimeField(),
                            ),
                        ),
                        ("request_id", models.UUIDField(editable=False, null=True)),
                        ("actor_kind", models.TextField(verbose_name="kind of actor")),
                        ("actor_id", models.UUIDField(null=True)),
                        ("actor_name", models.TextField(verbose_name="actioned by")),
                        ("actor_email", models.TextField(verbose_name="e-mail")),
                        ("module", models.TextField()),
                        ("sub_module", models.TextField(verbose_name="sub-module")),
                        ("action", models.TextField()),
                        ("status", models.TextField()),
                        ("reason_code", models.TextField(verbose_name="reason code")),
                        ("reason", models.TextField()),
                        ("resource_type", models.TextField(verbose_name="kind of record")),
                        ("resource_id", models.UUIDField(null=True)),
                        ("resource_name", models.TextField(verbose_name="resource reference")),
                        ("changes", models.JSONField(default=list)),
                        ("ip", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                    ],
                    options={
                        "verbose_name": "audit event",
                        "ordering": ["-id"],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            f"""
            GRANT SELECT ON audit_trail_auditevent TO {app_role()};
            GRANT EXECUTE ON FUNCTION audit_trail_record TO {app_role()};
            """
        ),
    ]
