from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
DOWN = SQL.with_name(f"{SQL.stem}_down.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0018_counts_in_one")]
    operations = [
        migrations.RunSQL(SQL.read_text(), DOWN.read_text()),
        migrations.RunSQL(f"GRANT SELECT ON ledger_people TO {app_role()}", migrations.RunSQL.noop),
    ]
