from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_functions")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP FUNCTION ledger_follow; DROP TABLE ledger_follower; DROP FUNCTION ledger_tx;",
        ),
    ]
