"""What the app role may do with findings (``wisely_security/database/safeguards/declared.py``): never delete one."""

from wisely_security.database.safeguards.declared import OWN_TENANT, by_lookup_key, function, table

table("findings_finding", grants="SELECT INSERT UPDATE")
table("findings_question", policies=[OWN_TENANT, by_lookup_key("id")])
table("findings_memory", guarded=False)
table("findings_event", grants="SELECT INSERT")
function("findings_begin_window", "findings_end_window", "findings_enterprises")
