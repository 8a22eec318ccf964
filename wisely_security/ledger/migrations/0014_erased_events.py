from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
DOWN = SQL.with_name(f"{SQL.stem}_down.sql")


class Migration(migrations.Migration):
    """Going back forgets what of erased events was sealed: verify then finds them altered."""

    dependencies = [("ledger", "0013_signed_removals")]
    operations = [
        migrations.RunSQL(SQL.read_text(), DOWN.read_text()),
        migrations.RunSQL(f"GRANT SELECT ON ledger_erased, ledger_signed_erasure TO {app_role()};", migrations.RunSQL.noop),
    ]
