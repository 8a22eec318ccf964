from django.db import migrations

# PostgreSQL plans what a function computes for one search_path, and again when it is called with another one. Statements
# have the session's, and the hooks that they fire one of their own: in turn, each planned these anew.
FUNCTIONS = ("wisely_tenant()", "wisely_support()", "wisely_credential()")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0017_time_in_role")]
    operations = [
        migrations.RunSQL(
            [f"ALTER FUNCTION {function} SET search_path = pg_catalog, public, pg_temp" for function in FUNCTIONS],
            [f"ALTER FUNCTION {function} RESET search_path" for function in FUNCTIONS],
        )
    ]
