from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import wisely_security.database.keys
from wisely_security.database.operations import TenantTable
from wisely_security.database.roles import app_role

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0012_open_findings'),
        ('ledger', '0012_standard_names'),
        ('login_activity', '0005_two_indexes'),
        ('audit_trail', '0005_event_ids_of_now'),
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=300)),
                ('title', models.CharField(max_length=300)),
                ('severity', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=10)),
                ('person', models.UUIDField(null=True)),
                ('name', models.CharField(max_length=300)),
                ('facts', models.JSONField(default=dict)),
                ('evidence', models.JSONField(default=dict)),
                ('number', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('expected', 'Expected'), ('confirmed', 'Confirmed')], db_default='open', default='open', max_length=10)),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('decided_by', models.CharField(db_default='', default='', editable=False, max_length=300)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'ordering': ['-last_at', '-id'],
                'indexes': [models.Index(fields=['tenant', 'state', 'last_at'], name='finding_by_state'), models.Index(fields=['tenant', 'last_at'], name='finding_by_time'), models.Index(fields=['tenant', 'rule', 'subject', 'last_at'], name='finding_by_subject')],
            },
        ),
        migrations.CreateModel(
            name='FindingException',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('network', 'This network'), ('device', 'This device'), ('person', 'This person')], max_length=10)),
                ('value', models.CharField(max_length=300)),
                ('label', models.CharField(max_length=300, verbose_name='exception')),
                ('reason', models.CharField(max_length=500)),
                ('created_by', models.CharField(editable=False, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'rule', 'kind', 'value'), name='finding_exception_once')],
            },
        ),
        migrations.CreateModel(
            name='RuleSettings',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40)),
                ('is_on', models.BooleanField(default=True)),
                ('limits', models.JSONField(default=dict)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'rule'), name='rule_settings_once')],
            },
        ),
        TenantTable("Finding", grants="SELECT INSERT UPDATE"),
        TenantTable("FindingException"),
        TenantTable("RuleSettings"),
        migrations.RunSQL(
            SQL.read_text(),
            """
            DROP FUNCTION findings_begin_window, findings_end_window;
            DROP TABLE findings_event, findings_memory;
            DELETE FROM ledger_projector WHERE name = 'findings';
            """,
        ),
        migrations.RunSQL(
            f"""
            GRANT SELECT, INSERT ON findings_event TO {app_role()};
            GRANT SELECT, INSERT, UPDATE, DELETE ON findings_memory TO {app_role()};
            GRANT EXECUTE ON FUNCTION findings_begin_window, findings_end_window TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
