from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("moving", "0002_live_rows")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        # Which files have the family's archived months (archives.py).
        migrations.RunSQL(
            "ALTER TABLE moving_move ADD archives jsonb NOT NULL DEFAULT '{}'", "ALTER TABLE moving_move DROP archives"
        )
    ]
