"""What the app role may do with moves: support sees them (``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import FOR_OWNER, SUPPORT_READS, table

table("moving_move", policies=[SUPPORT_READS, FOR_OWNER], grants="SELECT", tenant_column="")
table("moving_changed", policies=[FOR_OWNER], grants="", tenant_column="")
