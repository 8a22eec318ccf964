from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0010_plain_messages")]
    operations = [
        migrations.AddField(
            model_name="tenant",
            name="integrity_alarm",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="has findings of a verification"
            ),
        ),
    ]
