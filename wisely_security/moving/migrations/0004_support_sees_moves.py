from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    """``manage.py cells`` counts those under way, as the app role."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("moving", "0003_archives")]
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(
            "CREATE POLICY support ON moving_move FOR SELECT USING ((SELECT wisely_support()));"
            f"GRANT SELECT ON moving_move TO {app_role()};",
            f"REVOKE SELECT ON moving_move FROM {app_role()}; DROP POLICY support ON moving_move;",
        )
    ]
