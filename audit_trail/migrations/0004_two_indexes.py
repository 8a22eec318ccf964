import django.contrib.postgres.indexes
from django.db import migrations

# Search segments lead to what these led to (ledger/migrations/0009).
INDEXES = ", ".join(
    f"audit_trail_auditevent_{name}"
    for name in ("id", "actor", "no_person", "email", "record", "module", "sub_module", "action", "failures", "request")
)


class Migration(migrations.Migration):
    dependencies = [("audit_trail", "0003_wide_index")]
    operations = [
        migrations.RunSQL(f"DROP INDEX {INDEXES};"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    "auditevent",
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["tx"], pages_per_range=32, autosummarize=True, name="audit_trail_auditevent_tx"
                    ),
                )
            ]
        ),
    ]
