from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")
DOWN = SQL.with_name(f"{SQL.stem}_down.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0017_counts_of_several")]
    operations = [migrations.RunSQL(SQL.read_text(), DOWN.read_text())]
