from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_functions")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP FUNCTION ledger_follow, ledger_news; DROP TABLE ledger_follower; DROP FUNCTION ledger_tx;",
        ),
        migrations.RunSQL(f"GRANT SELECT ON ledger_follower TO {app_role()}", migrations.RunSQL.noop),
    ]
