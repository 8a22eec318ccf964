from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0002_guesses_of_an_account")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION login_activity_add_failure TO {app_role()};"),
    ]
