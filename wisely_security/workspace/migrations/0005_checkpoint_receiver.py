import django.db.models.deletion
import django.db.models.functions.datetime
import wisely_security.database.keys
from django.db import migrations, models

from wisely_security.database.operations import TenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0011_integrity_alarm'),
        ('workspace', '0004_plain_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='CheckpointReceiver',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('email', 'E-mail'), ('webhook', 'Webhook'), ('witness', 'Witness')], max_length=10)),
                ('address', models.CharField(max_length=500)),
                ('vkey', models.CharField(blank=True, max_length=500, verbose_name='public key')),
                ('frequency', models.CharField(choices=[('often', 'At most every 5 minutes'), ('hourly', 'At most hourly'), ('daily', 'At most daily')], default='daily', max_length=10, verbose_name='how often')),
                ('secret_number', models.PositiveIntegerField(default=1, editable=False, verbose_name='secret')),
                ('sizes', models.JSONField(default=dict, editable=False)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False)),
                ('next_attempt_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('delivered_at', models.DateTimeField(editable=False, null=True)),
                ('error', models.TextField(blank=True, editable=False)),
                ('contradicts', models.BooleanField(default=False, editable=False)),
                ('tenant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'verbose_name': 'checkpoint receiver',
                'ordering': ['name__in_order'],
                'indexes': [models.Index(fields=['next_attempt_at'], name='checkpoint_receiver_due')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='checkpoint_receiver_name_unique', violation_error_message='A checkpoint receiver with this name already exists.')],
            },
        ),
        TenantTable("CheckpointReceiver"),
    ]
