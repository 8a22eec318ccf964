from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_notification")]
    operations = [
        migrations.RenameField("notification", "group_id", "resource_id"),
        migrations.RenameField("notification", "group_name", "resource_name"),
        migrations.AlterField("notification", "kind", models.CharField(max_length=40)),
        migrations.AlterField("notification", "resource_id", models.UUIDField(null=True)),
        migrations.AlterField("notification", "resource_name", models.CharField(max_length=300)),
        migrations.AlterField(
            "notification", "is_new", models.BooleanField(default=False, verbose_name="the group was added")
        ),
        migrations.AddField("notification", "details", models.JSONField(db_default={}, default=dict)),
        migrations.AlterField(
            "recipient",
            "what",
            models.CharField(
                blank=True,
                choices=[
                    ("changed", "It was added or changed"),
                    ("added", "You were added"),
                    ("removed", "You were removed"),
                    ("former", "You do not own it any more"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "recipient", "may_open", models.BooleanField(default=True, verbose_name="gets a link to the record")
        ),
    ]
