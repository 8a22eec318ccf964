from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_archives"), ("tenancy", "0006_text")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            """
            CREATE OR REPLACE FUNCTION ledger_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
                RETURN upper(lower(words));
            DELETE FROM ledger_searched;
            """,
        )
    ]
