"""What the app role may do with moves: nothing (``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import FOR_OWNER, table

for name in ("moving_move", "moving_changed"):
    table(name, policies=[FOR_OWNER], grants="", tenant_column="")
