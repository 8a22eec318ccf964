from django.db import migrations

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    """Support's scope alone sees and writes Django admin's log. Nobody deletes from it: the right to try is what Django
    needs to delete a user, whose entries it looks for; without a policy it finds none."""

    dependencies = [("tenancy", "0003_grants_for_django")]
    operations = [
        migrations.RunSQL(
            f"""
            ALTER TABLE django_admin_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY support_reads ON django_admin_log FOR SELECT USING ((SELECT wisely_support()));
            CREATE POLICY support_writes ON django_admin_log FOR INSERT WITH CHECK ((SELECT wisely_support()));
            GRANT DELETE ON django_admin_log TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
