from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Search segments find what quarters of an hour were asked for."""

    dependencies = [("ledger", "0009_search_segments")]
    operations = [
        migrations.RunSQL("DROP FUNCTION ledger_find_quarters", Path(__file__).with_name("0006_quarters.sql").read_text())
    ]
