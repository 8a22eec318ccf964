"""What the app role may do with tenants, their people and Django's own tables (``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import (
    FOR_OWNER,
    OWN_TENANT,
    SUPPORT_READS,
    Policy,
    by_lookup_key,
    reference_across_tenants,
    shared,
    table,
)

table(
    "tenancy_tenant",
    policies=[
        Policy("ALL", "id = (SELECT wisely_tenant()) OR (SELECT wisely_support())"),
        Policy("SELECT", "aggregator_id = (SELECT wisely_tenant())"),
    ],
    grants="SELECT INSERT UPDATE",
    tenant_column="id",
)
reference_across_tenants("tenancy_tenant", "aggregator_id")
table("tenancy_user", policies=[OWN_TENANT, by_lookup_key("email", "id")])
table("tenancy_session", policies=[OWN_TENANT, by_lookup_key("key_hash", "previous_key_hash")])
table("tenancy_passkey", policies=[OWN_TENANT, by_lookup_key("credential_id")])

shared("django_migrations", "django_content_type")
table(
    "django_admin_log",
    policies=[SUPPORT_READS, Policy("INSERT", check="(SELECT wisely_support())"), FOR_OWNER],
    grants="SELECT INSERT DELETE",
    tenant_column="",
)
