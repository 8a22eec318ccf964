"""What the app role may do with requests: support makes, confirms them; the owner erases (``database/safeguards``)."""

from wisely_security.database.safeguards.declared import FOR_OWNER, Policy, table

SUPPORT_ASKS = Policy("ALL", "(SELECT wisely_support())", "(SELECT wisely_support()) AND requested_by IS NOT NULL")
table("erasure_erasurerequest", policies=[SUPPORT_ASKS, FOR_OWNER], grants="SELECT INSERT UPDATE")
