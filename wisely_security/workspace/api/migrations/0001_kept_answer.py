import django.db.models.functions
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from wisely_security.database.roles import app_role
from wisely_security.database.keys import UUIDv7


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenancy", "0003_grants_for_django"), ("workspace", "0002_row_level_security")]
    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.UUIDField(db_default=UUIDv7(), editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.Now(), editable=False),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("event_ids", ArrayField(base_field=models.UUIDField(), size=None)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to="workspace.accessaccount",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False, on_delete=models.CASCADE, related_name="+", to="tenancy.tenant"
                    ),
                ),
            ],
            options={
                "verbose_name": "kept answer",
                "indexes": [models.Index(fields=["tenant", "account", "created_at"], name="kept_answer_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "account", "key"), name="kept_answer_one_a_key")
                ],
            },
        ),
        migrations.RunSQL(
            f"""
            SELECT workspace_isolate('api_keptanswer');
            ALTER TABLE api_keptanswer ADD FOREIGN KEY (tenant_id, account_id)
                REFERENCES workspace_accessaccount (tenant_id, id) ON DELETE CASCADE;
            GRANT SELECT, INSERT, DELETE ON api_keptanswer TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
