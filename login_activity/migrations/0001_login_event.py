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
                    name="LoginEvent",
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
                        ("user_id", models.UUIDField(null=True)),
                        ("user_name", models.TextField(verbose_name="name")),
                        ("user_email", models.TextField(verbose_name="e-mail")),
                        ("acted_by", models.TextField(default="", verbose_name="done by")),
                        ("action", models.TextField()),
                        ("status", models.TextField()),
                        ("reason", models.TextField(default="")),
                        ("ip", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                        ("device_kind", models.TextField()),
                        ("device", models.TextField(verbose_name="device type")),
                        ("browser", models.TextField()),
                        ("system", models.TextField()),
                        ("user_agent", models.TextField()),
                        ("user_agent_cut", models.BooleanField()),
                        ("country", models.TextField(verbose_name="country code")),
                        ("place", models.TextField(verbose_name="geo location")),
                        ("latitude", models.FloatField(null=True)),
                        ("longitude", models.FloatField(null=True)),
                        ("session", models.TextField(verbose_name="session")),
                        ("detail", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "login event",
                        "ordering": ["-id"],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            f"""
            GRANT SELECT, INSERT (
                tenant_id, request_id, user_id, user_name, user_email, acted_by, action, status, reason, ip, device_kind, device,
                browser, system, user_agent, user_agent_cut, country, place, latitude, longitude, session, detail
            ) ON login_activity_loginevent TO {app_role()};
            GRANT EXECUTE ON FUNCTION login_activity_guesses TO {app_role()};
            """
        ),
    ]
