"""What the app role may do with what a database knows of its tenants, and with the directory: find one account by its
key, and support reads it (``database/safeguards/declared.py``)."""

from wisely_security.database.safeguards.declared import (
    FOR_OWNER,
    READ_OWN_TENANT,
    SUPPORT_READS,
    function,
    shared,
    table,
)

table("cells_residence", policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guarded=False, moved=False)
for name in ("cells_directory_tenant", "cells_directory_address"):
    table(name, policies=[SUPPORT_READS, FOR_OWNER], grants="SELECT", tenant_column="", guarded=False)
shared("cells_change", grants="SELECT INSERT UPDATE DELETE")
function("cells_cell_of", "cells_claim", "cells_release", "cells_keep_tenant")
