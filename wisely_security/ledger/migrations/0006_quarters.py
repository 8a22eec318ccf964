from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_blocks")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP FUNCTION ledger_find_quarters")]
