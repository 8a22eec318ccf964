from pathlib import Path

from django.db import migrations, models

from wisely_security.database.lookups import InOrder

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0005_keep_months")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION wisely_sort_key, wisely_fold, wisely_fold_unicode"),
        migrations.AlterModelOptions("role", {"ordering": ["name__in_order"]}),
        migrations.AlterModelOptions("tenant", {"ordering": ["name__in_order"]}),
        migrations.AlterModelOptions("user", {"ordering": ["name__in_order", "email__in_order"]}),
        migrations.AlterField("user", "name", models.CharField(max_length=150)),
        migrations.RemoveIndex("user", "user_by_name"),
        migrations.AddIndex("user", models.Index("tenant", InOrder("name"), name="user_by_name")),
    ]
