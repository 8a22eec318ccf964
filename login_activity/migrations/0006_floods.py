from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0005_two_indexes")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(
            f"GRANT EXECUTE ON FUNCTION login_activity_admit TO {app_role()};"
            f"GRANT EXECUTE ON FUNCTION login_activity_take_counted TO {app_role()};"
            f"GRANT EXECUTE ON FUNCTION login_activity_counted_since TO {app_role()};"
        ),
    ]
