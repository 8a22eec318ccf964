from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql")
BACK = """
DROP TRIGGER tenancy_time_in_role ON tenancy_user;
DROP TRIGGER tenancy_time_of_super_admin ON tenancy_tenant;
DROP FUNCTION tenancy_time_in_role, tenancy_time_of_super_admin;
"""


class Migration(migrations.Migration):
    """Since when people have the role that may require a second factor of them."""

    dependencies = [("tenancy", "0016_passkeys")]
    operations = [
        migrations.AddField("user", "role_since", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("tenant", "super_admin_since", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(SQL.read_text(), BACK),
    ]
