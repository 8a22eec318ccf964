import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import wisely_security.database.keys
from django.db import migrations, models

from wisely_security.database.roles import app_role


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0011_integrity_alarm'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('audit_trail', '0005_event_ids_of_now'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasureRequest',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('user', models.UUIDField(null=True, verbose_name='user ID')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name='names and other identifiers')),
                ('reference', models.CharField(max_length=200)),
                ('requested_by', models.UUIDField(null=True)),
                ('requested_by_name', models.CharField(blank=True, max_length=150, verbose_name="requested by")),
                ('requested_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_by', models.UUIDField(null=True)),
                ('confirmed_by_name', models.CharField(blank=True, max_length=150, verbose_name="confirmed by")),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('events', models.PositiveBigIntegerField(null=True)),
                ('tenant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'verbose_name': 'erasure request',
                'ordering': ['-requested_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('requested_by', None)), models.Q(('confirmed_at__isnull', False), models.Q(('confirmed_by', models.F('requested_by')), _negated=True)), _connector='OR'), name='erasure_request_four_eyes'), models.CheckConstraint(condition=models.Q(('finished_at', None), models.Q(('confirmed_at__isnull', False), ('withdrawn_at', None)), _connector='OR'), name='erasure_request_confirmed_before_finished')],
            },
        ),
        migrations.RunSQL(
            f"""
            ALTER TABLE erasure_erasurerequest ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY support_asks ON erasure_erasurerequest USING ((SELECT wisely_support()))
                WITH CHECK ((SELECT wisely_support()) AND requested_by IS NOT NULL);
            CREATE POLICY keep ON erasure_erasurerequest TO CURRENT_USER USING (true);
            GRANT SELECT, INSERT, UPDATE ON erasure_erasurerequest TO {app_role()};
            -- Django admin's log names people too: the owner takes them out.
            CREATE POLICY keep ON django_admin_log TO CURRENT_USER USING (true);
            """,
            """
            DROP POLICY keep ON django_admin_log;
            DROP POLICY keep ON erasure_erasurerequest;
            DROP POLICY support_asks ON erasure_erasurerequest;
            """,
        ),
    ]
