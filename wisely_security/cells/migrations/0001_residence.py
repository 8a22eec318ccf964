"""After the last migration of each app whose tables are guarded: those that come later guard their own (``GuardedTable``)."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("api", "0001_kept_answer"),
        ("audit_trail", "0006_session"),
        ("erasure", "0001_requests"),
        ("findings", "0003_enterprises"),
        ("ledger", "0017_counts_of_several"),
        ("login_activity", "0007_guesses_reserved"),
        ("notes", "0001_notes"),
        ("outbox", "0002_any_record"),
        ("scheduled_reports", "0001_saved_views_and_reports"),
        ("tenancy", "0016_passkeys"),
        ("workspace", "0005_checkpoint_receiver"),
    ]
    operations: ClassVar[list[migrations.RunSQL]] = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
        migrations.RunSQL(f"GRANT SELECT ON cells_residence TO {app_role()}"),
    ]
