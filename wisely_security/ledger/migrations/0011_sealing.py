from pathlib import Path

from django.db import migrations

from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")
READ = "ledger_log, ledger_sealed, ledger_tile, ledger_checkpoint, ledger_removal, ledger_verification"
RUN = (
    "ledger_lock_sealer, ledger_begin_sealing, ledger_end_sealing, ledger_append_leaves, ledger_append_tiles, "
    "ledger_append_checkpoints, ledger_mark_published, ledger_note_verification"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_no_quarters")]
    operations = [
        migrations.RunSQL(SQL.read_text()),
        migrations.RunSQL(f"GRANT SELECT ON {READ} TO {app_role()}; GRANT EXECUTE ON FUNCTION {RUN} TO {app_role()};"),
    ]
