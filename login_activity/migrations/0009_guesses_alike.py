from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0008_counted_events")]
    operations = [migrations.RunSQL(SQL.read_text())]
