"""Texts only: nothing changes in the database."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0009_users_in_order'),
    ]

    operations = [
        migrations.AlterField(
            model_name='tenant',
            name='keep_months',
            field=models.PositiveIntegerField(blank=True, help_text='Months, 3 or more, if the tenant wants less than the platform keeps. Older events are erased for good from both records, without an archive. Leave empty to keep them as long as the platform does.', null=True, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(1200)], verbose_name='erase its events after'),
        ),
        migrations.AlterConstraint(
            model_name='role',
            name='role_name_unique_in_tenant',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='role_name_unique_in_tenant', violation_error_message='A role with this name already exists.'),
        ),
    ]
