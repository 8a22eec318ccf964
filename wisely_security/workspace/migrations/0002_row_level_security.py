from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_records"), ("audit_trail", "0001_audit_event")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(
            f"""
            GRANT SELECT, INSERT, UPDATE, DELETE ON
                workspace_businessgroup, workspace_businessgroupuser, workspace_businessprofile, workspace_accessaccount,
                workspace_wabanumber, workspace_messagelink, workspace_template, workspace_consentgroup
            TO {app_role()};
            """
        ),
    ]
