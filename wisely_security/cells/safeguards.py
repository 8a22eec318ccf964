"""What the app role may do with what a database knows of its tenants (``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import FOR_OWNER, READ_OWN_TENANT, table

table("cells_residence", policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guarded=False)
