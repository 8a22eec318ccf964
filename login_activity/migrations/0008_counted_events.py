from django.db import migrations, models

from wisely_security.ledger.months.operations import AddEventIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("login_activity", "0007_guesses_reserved")]
    operations = [
        AddEventIndex(
            "loginevent",
            models.Index(
                fields=["tenant_id", "id"],
                condition=models.Q(detail__has_key="times"),
                name="login_activity_event_counted",
            ),
        )
    ]
