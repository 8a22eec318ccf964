from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    """An aggregator sees its enterprises side by side."""

    dependencies = [("findings", "0002_notifications")]
    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(), "DROP FUNCTION findings_enterprises(uuid, timestamptz[])"
        ),
        migrations.RunSQL(
            f"GRANT EXECUTE ON FUNCTION findings_enterprises TO {app_role()}",
            migrations.RunSQL.noop,
        ),
    ]
