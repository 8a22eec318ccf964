import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import wisely_security.database.keys
from wisely_security.database.operations import TenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('findings', '0001_findings'),
        ('tenancy', '0013_has_findings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='answer',
            field=models.CharField(blank=True, choices=[('', 'No answer'), ('yes', 'Yes, it was me'), ('no', 'No, secure my account')], db_default='', default='', editable=False, max_length=3),
        ),
        migrations.CreateModel(
            name='AskSettings',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('is_on', models.BooleanField(default=True)),
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('occasion', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High'), ('disowned', 'Not recognised')], max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_as', models.CharField(blank=True, choices=[('at_once', 'At once'), ('daily', 'In the daily digest'), ('never', 'Never')], max_length=10)),
                ('notification', models.UUIDField(null=True)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='findings.finding')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['tenant', 'user'], name='finding_alert_pending'), models.Index(fields=['tenant', 'user', 'sent_at'], name='finding_alert_sent'), models.Index(fields=['notification'], name='finding_alert_of_e_mail')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'user', 'finding', 'occasion'), name='finding_alert_once')],
            },
        ),
        migrations.CreateModel(
            name='AlertSettings',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('high', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In the daily digest'), ('never', 'Never')], max_length=10, verbose_name='high severity')),
                ('medium', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In the daily digest'), ('never', 'Never')], max_length=10, verbose_name='medium severity')),
                ('low', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In the daily digest'), ('never', 'Never')], max_length=10, verbose_name='low severity')),
                ('by_rule', models.JSONField(default=dict)),
                ('digest_at', models.TimeField(default=datetime.time(8, 0), verbose_name='time of the daily digest')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'user'), name='alert_settings_once')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('event_id', models.UUIDField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('', 'No answer'), ('yes', 'Yes, it was me'), ('no', 'No, secure my account')], db_default='', default='', max_length=3)),
                ('answered_at', models.DateTimeField(null=True)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='findings.finding')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['tenant', 'user', 'created_at'], name='sign_in_question_of_user')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'event_id'), name='sign_in_question_once')],
            },
        ),
        TenantTable("AskSettings"),
        TenantTable("AlertSettings", cascade=["user"]),
        TenantTable("Alert", cascade=["user", "finding"]),
        TenantTable("Question", cascade=["user", "finding"], lookup_keys=["id"]),
    ]
