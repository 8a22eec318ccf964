from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("audit_trail", "0001_audit_event"), ("tenancy", "0006_text")]
    operations = [migrations.RunSQL(SQL.read_text())]
