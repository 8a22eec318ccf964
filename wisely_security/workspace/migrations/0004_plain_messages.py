"""Texts only: nothing changes in the database."""

import django.core.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0010_plain_messages'),
        ('workspace', '0003_order'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='template',
            name='name',
            field=models.CharField(max_length=100, validators=[django.core.validators.RegexValidator('^[a-z0-9_]+\\Z', 'Use only lower-case letters, digits and underscores.')]),
        ),
        migrations.AlterConstraint(
            model_name='accessaccount',
            name='access_account_label_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'label'), name='access_account_label_unique', violation_error_message='An access account with this label already exists.'),
        ),
        migrations.AlterConstraint(
            model_name='businessgroup',
            name='business_group_name_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='business_group_name_unique', violation_error_message='A business group with this name already exists.'),
        ),
        migrations.AlterConstraint(
            model_name='businessprofile',
            name='business_profile_one_a_tenant',
            constraint=models.UniqueConstraint(fields=('tenant',), name='business_profile_one_a_tenant', violation_error_message='The business profile is already set up.'),
        ),
        migrations.AlterConstraint(
            model_name='consentgroup',
            name='consent_group_name_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='consent_group_name_unique', violation_error_message='A consent group with this name already exists.'),
        ),
        migrations.AlterConstraint(
            model_name='messagelink',
            name='message_link_name_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'number', 'name'), name='message_link_name_unique', violation_error_message='This number already has a message link with this name.'),
        ),
        migrations.AlterConstraint(
            model_name='template',
            name='template_name_and_language_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'name', 'language'), name='template_name_and_language_unique', violation_error_message='A template with this name already exists in this language.'),
        ),
        migrations.AlterConstraint(
            model_name='wabanumber',
            name='waba_number_unique',
            constraint=models.UniqueConstraint(fields=('tenant', 'number'), name='waba_number_unique', violation_error_message='This number is already active.'),
        ),
    ]
