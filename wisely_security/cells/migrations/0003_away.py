from django.db import migrations


class Migration(migrations.Migration):
    """Which tenants are away is asked whenever somebody brings what is not found; few are, of however many."""

    dependencies = [("cells", "0002_directory")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX residence_away ON cells_residence (tenant_id, cell) WHERE state IN ('departed', 'arriving')",
            "DROP INDEX residence_away",
        )
    ]
