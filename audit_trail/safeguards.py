"""The app role's rights on changes (``wisely_security/database/safeguards/declared.py``): read; functions write."""

from wisely_security.database.safeguards.declared import FOR_OWNER, OWNER_APPENDS, Guard, function, table
from wisely_security.ledger.safeguards import events

from .models import AuditEvent

events(AuditEvent, OWNER_APPENDS, appended_by_app=False)
table(
    "audit_trail_pending",
    policies=[FOR_OWNER],
    grants="",
    guards=[Guard("flush", "audit_trail_flush", 5, always=True)],  # AFTER INSERT, per row
    guarded=False,
    moved=False,  # of transactions that run
)
function("audit_trail_record")
