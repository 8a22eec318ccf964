from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
FOR_APP = "reserve_guess", "give_back_guess", "remember_familiar", "forget_familiar", "guesses"


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0006_floods"), ("tenancy", "0014_has_notes")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        *(
            migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION login_activity_{name} TO {app_role()};")
            for name in FOR_APP
        ),
    ]
