import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import wisely_security.database.keys
from wisely_security.database.roles import app_role


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenancy", "0003_grants_for_django"), ("workspace", "0002_row_level_security")]
    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('owner', 'Owner'), ('users', 'Assigned users')], max_length=10)),
                ('group_id', models.UUIDField()),
                ('group_name', models.CharField(max_length=100)),
                ('link', models.TextField()),
                ('is_new', models.BooleanField(verbose_name='the group was added')),
                ('changed', models.JSONField(default=list, verbose_name='labels of the changed fields')),
                ('added', models.JSONField(default=list, verbose_name='names of the added users')),
                ('removed', models.JSONField(default=list, verbose_name='names of the removed users')),
                ('actor', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('request_id', models.UUIDField(null=True)),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='IP address')),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tenant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.UUIDField(db_default=wisely_security.database.keys.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(max_length=254)),
                ('what', models.CharField(choices=[('changed', 'It was added or changed'), ('added', 'You were added'), ('removed', 'You were removed'), ('former', 'You do not own it any more')], max_length=10)),
                ('may_open', models.BooleanField(verbose_name='gets a link to the group')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('refused', 'Refused for good')], default='waiting', max_length=10)),
                ('error', models.TextField(blank=True)),
                ('notification', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='recipients', to='outbox.notification')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.tenant')),
            ],
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['next_attempt_at'], name='notification_due'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('tenant', 'notification', 'email'), name='notification_recipient_once'),
        ),
        migrations.RunSQL(
            f"""
            SELECT workspace_isolate('outbox_notification'), workspace_isolate('outbox_recipient');
            ALTER TABLE outbox_recipient ADD FOREIGN KEY (tenant_id, notification_id)
                REFERENCES outbox_notification (tenant_id, id) ON DELETE CASCADE;
            GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_notification, outbox_recipient TO {app_role()};
            """,
            migrations.RunSQL.noop,
        ),
    ]
