import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_admin_log")]
    operations = [
        migrations.AddField(
            model_name="tenant",
            name="keep_months",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Months, 3 or more, where the tenant asks for less than the platform keeps. What is older is erased "
                "for good, in both records, without an archive. Empty: as long as the platform does.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(3),
                    django.core.validators.MaxValueValidator(1200),
                ],
                verbose_name="erase its events after",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenant",
            constraint=models.CheckConstraint(
                condition=models.Q(("keep_months__gte", 3)), name="tenant_keeps_some_months"
            ),
        ),
    ]
