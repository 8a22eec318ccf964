from django.db import migrations


class Migration(migrations.Migration):
    """The id of an event is of now, whoever writes it: the demo back-dates by its own means."""

    dependencies = [("audit_trail", "0004_two_indexes")]
    operations = [
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION audit_trail_event_id() RETURNS uuid LANGUAGE sql VOLATILE RETURN uuidv7()",
            migrations.RunSQL.noop,
        )
    ]
