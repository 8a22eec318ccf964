from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workspace", "0002_row_level_security"), ("tenancy", "0006_text")]
    operations = [
        migrations.AlterModelOptions(
            "accessaccount", {"ordering": ["label__in_order"], "verbose_name": "access account"}
        ),
        migrations.AlterModelOptions("businessgroup", {"ordering": ["name__in_order"], "verbose_name": "business group"}),
        migrations.AlterModelOptions(
            "businessprofile", {"ordering": ["legal_name__in_order"], "verbose_name": "business profile"}
        ),
        migrations.AlterModelOptions("consentgroup", {"ordering": ["name__in_order"], "verbose_name": "consent group"}),
        migrations.AlterModelOptions("messagelink", {"ordering": ["name__in_order"], "verbose_name": "message link"}),
        migrations.AlterModelOptions("template", {"ordering": ["name__in_order", "language"]}),
        migrations.AlterModelOptions(
            "wabanumber", {"ordering": ["display_name__in_order"], "verbose_name": "WABA number"}
        ),
    ]
