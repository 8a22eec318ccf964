from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_folding")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION ledger_build_segments, ledger_find_segments TO {app_role()};"),
    ]
