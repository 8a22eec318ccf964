from django.db import migrations

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    """The tables of Django's own that the serving process reads and writes."""

    dependencies = [
        ("tenancy", "0002_row_level_security"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunSQL(
            f"""
            GRANT SELECT ON django_migrations, django_content_type TO {app_role()};
            GRANT SELECT, INSERT ON django_admin_log TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
