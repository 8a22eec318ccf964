import django.contrib.postgres.indexes
from django.db import migrations

# Search segments lead to what these led to (ledger/migrations/0009), and recent failures are in a table of their own.
INDEXES = ", ".join(
    f"login_activity_loginevent_{name}"
    for name in (
        *("id", "guesses_by_account", "guesses_by_address", "user", "unknown", "email", "country", "device", "action"),
        *("failures", "ip", "failures_by_ip", "request"),
    )
)


class Migration(migrations.Migration):
    dependencies = [("login_activity", "0004_wide_index")]
    operations = [
        migrations.RunSQL(f"DROP INDEX {INDEXES};"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    "loginevent",
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["tx"], pages_per_range=32, autosummarize=True, name="login_activity_loginevent_tx"
                    ),
                )
            ]
        ),
    ]
