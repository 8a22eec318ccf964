import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import wisely_security.database.keys
import wisely_security.database.lookups
import wisely_security.workspace.records.record
from wisely_security.database.operations import TenantTable

RECORDS = [('login-activity', 'Login Activity'), ('audit-trail', 'Audit Trail')]
FORMATS = [('csv', 'CSV'), ('xlsx', 'Excel'), ('summary', 'Summary')]
FREQUENCIES = [('daily', 'Every day'), ('weekly', 'Every week'), ('monthly', 'Every month')]
WEEKDAYS = [(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')]
TIMES = [(f'{hour:02}:00', f'{hour:02}:00') for hour in range(24)]
OUTCOMES = [
    ('sent', 'Sent'),
    ('partly_sent', 'Not sent to everybody'),
    ('not_sent', 'Could not be sent'),
    ('nobody_left', 'Nobody left who may receive it'),
    ('invalid_view', 'Its view is no longer valid'),
    ('failed', 'Failed'),
]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0013_has_findings'),
        ('workspace', '0005_checkpoint_receiver'),
        ('audit_trail', '0005_event_ids_of_now'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('record', models.CharField(choices=RECORDS, editable=False, max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('parameters', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None, verbose_name='filters')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared')),
                ('owner', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'verbose_name': 'saved view',
                'ordering': ['name__in_order'],
                'constraints': [
                    models.UniqueConstraint(models.F('tenant'), models.F('owner'), models.F('record'), wisely_security.database.lookups.Folded('name'), name='saved_view_name_unique', nulls_distinct=False, violation_error_message='A view with this name already exists.'),
                    models.CheckConstraint(condition=models.Q(('is_shared', models.Q(('owner', None)))), name='saved_view_of_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ScheduledReport',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100)),
                ('format', models.CharField(choices=FORMATS, default='summary', max_length=10, verbose_name='sent as')),
                ('frequency', models.CharField(choices=FREQUENCIES, default='weekly', max_length=10, verbose_name='how often')),
                ('weekday', models.PositiveSmallIntegerField(choices=WEEKDAYS, default=1)),
                ('day', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='day of the month')),
                ('at', models.CharField(choices=TIMES, default='07:00', max_length=5, verbose_name='time')),
                ('is_active', models.BooleanField(default=True, editable=False, verbose_name='active')),
                ('next_run_at', models.DateTimeField(editable=False, null=True)),
                ('last_run_at', models.DateTimeField(editable=False, null=True)),
                ('last_outcome', models.CharField(blank=True, choices=OUTCOMES, editable=False, max_length=20)),
                ('last_reason', models.TextField(blank=True, editable=False)),
                ('tenant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='scheduled_reports.savedview')),
            ],
            options={
                'verbose_name': 'scheduled report',
                'ordering': ['name__in_order'],
                'indexes': [models.Index(fields=['next_run_at'], name='scheduled_report_due')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='scheduled_report_name_unique', violation_error_message='A scheduled report with this name already exists.')],
            },
        ),
        migrations.CreateModel(
            name='ReportRecipient',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(db_default=wisely_security.workspace.records.record.CurrentTenant(), on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduled_reports.scheduledreport')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'report', 'user'), name='report_recipient_once')],
            },
        ),
        migrations.AddField(
            model_name='scheduledreport',
            name='recipients',
            field=models.ManyToManyField(related_name='scheduled_reports', through='scheduled_reports.ReportRecipient', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='ReportRun',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('due_at', models.DateTimeField()),
                ('title', models.CharField(max_length=100)),
                ('record', models.CharField(choices=RECORDS, max_length=20)),
                ('format', models.CharField(choices=FORMATS, max_length=10)),
                ('parameters', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('time_zone', models.CharField(max_length=50)),
                ('summary', models.JSONField(null=True)),
                ('expires_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='scheduled_reports.scheduledreport')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'report', 'due_at'), name='report_run_once')],
            },
        ),
        TenantTable('SavedView'),
        TenantTable('ScheduledReport'),
        TenantTable('ReportRecipient'),
        TenantTable('ReportRun'),
    ]
