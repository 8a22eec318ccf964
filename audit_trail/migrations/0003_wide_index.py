from django.db import migrations, models

from wisely_security.ledger.months.operations import AddEventIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit_trail", "0002_order"), ("ledger", "0009_search_segments")]
    operations = [
        AddEventIndex(
            "auditevent",
            models.Index(
                fields=[
                    *("tenant_id", "id", "status", "module", "sub_module", "action", "actor_kind", "resource_id"),
                    "actor_id",
                ],
                name="audit_trail_event_wide",
            ),
        )
    ]
