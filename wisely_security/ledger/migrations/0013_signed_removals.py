from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
GRANT = f"GRANT SELECT ON ledger_signed_removal TO {app_role()}"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_standard_names")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "DROP TABLE ledger_signed_removal"),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
    ]
