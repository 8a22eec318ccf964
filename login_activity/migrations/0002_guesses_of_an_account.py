from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0001_login_event"), ("tenancy", "0008_one_account_per_address")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
