from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION cells_release(account uuid, from_cell text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM cells_directory_address AS a WHERE a.user_id = account
        AND {cell} = from_cell
$$
"""
OF_TENANT = "coalesce((SELECT t.cell FROM cells_directory_tenant AS t WHERE t.tenant_id = a.tenant_id), from_cell)"


class Migration(migrations.Migration):
    """Support staff have rows without an account in other cells than the first, where they live: those do not take
    their addresses out of the directory."""

    dependencies = [("cells", "0003_away")]
    operations = [
        migrations.RunSQL(
            FUNCTION.format(cell=f"CASE WHEN a.tenant_id IS NULL THEN 'main' ELSE {OF_TENANT} END"),
            FUNCTION.format(cell=OF_TENANT),
        )
    ]
