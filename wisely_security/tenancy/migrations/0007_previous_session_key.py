from django.db import migrations, models

BY_KEY = "key_hash = (SELECT wisely_credential())"


class Migration(migrations.Migration):
    """The key before the present one opens a session for a moment more: requests under way still carry it."""

    dependencies = [("tenancy", "0006_text")]
    operations = [
        migrations.AddField(
            model_name="session",
            name="previous_key_hash",
            field=models.CharField(
                default="",
                help_text="Of the key before this one, which requests under way may still carry.",
                max_length=64,
            ),
        ),
        migrations.AddField(model_name="session", name="previous_until", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("previous_key_hash", ""), _negated=True),
                fields=["previous_key_hash"],
                name="session_previous_key",
            ),
        ),
        migrations.RunSQL(
            f"ALTER POLICY by_credential ON tenancy_session USING ({BY_KEY} OR previous_{BY_KEY})",
            f"ALTER POLICY by_credential ON tenancy_session USING ({BY_KEY})",
        ),
    ]
