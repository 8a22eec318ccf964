from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_summary")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            """
            DROP FUNCTION ledger_cut_blocks, ledger_search_in, ledger_find_blocks, ledger_forget_blocks, ledger_month,
                ledger_time, ledger_fold;
            DROP TABLE ledger_block, ledger_block_end, ledger_searched;
            """,
        ),
        migrations.RunSQL(
            f"GRANT EXECUTE ON FUNCTION ledger_cut_blocks, ledger_find_blocks TO {app_role()};",
            migrations.RunSQL.noop,
        ),
    ]
