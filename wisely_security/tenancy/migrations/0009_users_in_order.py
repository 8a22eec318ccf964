from django.db import migrations, models
from django.db.models.functions import Collate

from wisely_security.database.lookups import InOrder


class Migration(migrations.Migration):
    """The index has the whole order: people of one name, too, are read from it and never sorted."""

    dependencies = [("tenancy", "0008_one_account_per_address")]
    operations = [
        migrations.AlterModelOptions("user", {"ordering": ["name__in_order", Collate("email", "C")]}),
        migrations.RemoveIndex("user", "user_by_name"),
        migrations.AddIndex(
            "user", models.Index("tenant", InOrder("name"), Collate("email", "C"), name="user_by_name")
        ),
    ]
