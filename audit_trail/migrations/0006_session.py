from pathlib import Path

from django.db import migrations, models

from wisely_security.database.operations import AddEventColumn

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    """Audit events have the session that they were made in."""

    dependencies = [("audit_trail", "0005_event_ids_of_now")]
    operations = [
        AddEventColumn("auditevent", "session", models.TextField(db_default="", default="")),
        migrations.RunSQL(SQL.read_text()),
    ]
