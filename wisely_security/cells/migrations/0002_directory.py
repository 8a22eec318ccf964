from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
FUNCTIONS = (
    "cells_cell_of(text, uuid)",
    "cells_claim(text, uuid, uuid)",
    "cells_release(uuid, text)",
    "cells_keep_tenant(uuid, text, text, text)",
)
BACK = """
    DROP TRIGGER cells_directory_update ON tenancy_tenant;
    DROP TRIGGER cells_directory ON tenancy_tenant;
    DROP TRIGGER cells_directory_update ON tenancy_user;
    DROP TRIGGER cells_directory ON tenancy_user;
    DROP FUNCTION cells_note_change();
    DROP TABLE cells_change;
    DROP FUNCTION cells_keep_tenant(uuid, text, text, text);
    DROP FUNCTION cells_release(uuid, text);
    DROP FUNCTION cells_claim(text, uuid, uuid);
    DROP FUNCTION cells_cell_of(text, uuid);
    DROP TABLE cells_directory_address;
    DROP TABLE cells_directory_tenant;
"""


class Migration(migrations.Migration):
    dependencies = [("cells", "0001_residence")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), BACK),
        migrations.RunSQL(
            f"GRANT SELECT ON cells_directory_tenant, cells_directory_address TO {app_role()};"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON cells_change TO {app_role()};"
            + "".join(
                f"REVOKE EXECUTE ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO {app_role()};"
                for each in FUNCTIONS
            ),
            migrations.RunSQL.noop,
        ),
    ]
