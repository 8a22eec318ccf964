"""What the app role may do with the workspace's tables, where they are no ordinary records
(``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import OWN_TENANT, by_lookup_key, table

table("workspace_accessaccount", policies=[OWN_TENANT, by_lookup_key("key_hash")])
table("workspace_messagelink", policies=[OWN_TENANT, by_lookup_key("code")])
table("api_keptanswer", grants="SELECT INSERT DELETE")
