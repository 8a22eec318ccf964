from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_row_level_security")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            """
            DROP FUNCTION ledger_create_partitions, ledger_copy, ledger_protect, ledger_guard,
                ledger_refuse_change, ledger_first_id;
            """,
        ),
    ]
