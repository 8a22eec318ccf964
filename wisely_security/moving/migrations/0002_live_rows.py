from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("moving", "0001_moves")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
