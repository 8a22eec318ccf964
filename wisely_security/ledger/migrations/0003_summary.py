from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_following")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            """
            DROP FUNCTION ledger_summarise, ledger_summarise_by, ledger_summary_row, ledger_add_counts,
                ledger_add_to_summary, ledger_fold_summary, ledger_forget_summary, ledger_counts;
            DROP TABLE ledger_summary, ledger_facets;
            """,
        ),
        migrations.RunSQL(
            f"""
            GRANT SELECT ON ledger_summary, ledger_facets TO {app_role()};
            GRANT EXECUTE ON FUNCTION ledger_summarise TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
