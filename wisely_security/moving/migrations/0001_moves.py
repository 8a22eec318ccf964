from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("cells", "0002_directory")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
