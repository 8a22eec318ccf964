from django.db import migrations, models

from wisely_security.ledger.months.operations import AddEventIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("login_activity", "0003_recent_failures"), ("ledger", "0009_search_segments")]
    operations = [
        AddEventIndex(
            "loginevent",
            models.Index(
                fields=["tenant_id", "id", "status", "action", "country", "device_kind", "ip", "user_id"],
                name="login_activity_event_wide",
            ),
        )
    ]
