from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(
            f"""
            GRANT SELECT, INSERT, UPDATE ON tenancy_tenant TO {app_role()};
            GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy_role, tenancy_user, tenancy_session TO {app_role()};
            """
        ),
    ]
