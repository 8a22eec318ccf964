"""What the app role may do with events and what is derived from them (``database/safeguards/declared.py``)."""

from __future__ import annotations

import re

from wisely_security.database.safeguards.declared import (
    APPEND_ONLY,
    FOR_OWNER,
    READ_OWN_TENANT,
    SUPPORT_READS,
    Guard,
    Policy,
    examined_elsewhere,
    function,
    shared,
    table,
)

from .models import Event
from .months.partitions import event_tables
from .writing import writable_columns

APPEND = Policy(
    "INSERT", check="tenant_id = ANY (ARRAY[(SELECT wisely_tenant()), '00000000-0000-0000-0000-000000000000'])"
)
RESTORED = Guard("restored", "ledger_refuse_new", 7, optional=True)  # BEFORE INSERT, per row


def events(model: type[Event], write: Policy, *, appended_by_app: bool) -> None:
    """Declare an event table: read by its tenant and support; appended to by the app role, or by functions alone."""
    table(
        model._meta.db_table,
        policies=[READ_OWN_TENANT, write],
        grants="SELECT",
        insert_columns=(lambda: writable_columns(model)) if appended_by_app else tuple,
        guards=[APPEND_ONLY, RESTORED],
    )


def is_month(name: str) -> bool:
    """Whether a table is a month of a record, or once was (``completeness.py``)."""
    return any(re.fullmatch(rf"{stem}_(\d{{4}}_\d{{2}}|default|default_old)", name) for stem in event_tables())


examined_elsewhere(is_month)
table("ledger_archive", policies=[SUPPORT_READS, FOR_OWNER], grants="SELECT", tenant_column="", guards=[APPEND_ONLY])
table(
    "ledger_archive_rewrite",
    policies=[SUPPORT_READS, FOR_OWNER],
    grants="SELECT",
    tenant_column="",
    guards=[APPEND_ONLY],
)
for name in ("ledger_rollup", "ledger_people"):
    table(name, policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guarded=False, live=True)
table("ledger_search_segment", policies=[FOR_OWNER], grants="", guarded=False, live=True)
table("ledger_segment_end", policies=[FOR_OWNER], grants="", guarded=False)
shared("ledger_dimensions", "ledger_projector")
function("ledger_roll_up", "ledger_build_segments", "ledger_find_segments")
table("ledger_log", policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guarded=False)
for name in ("ledger_sealed", "ledger_departed", "ledger_tile"):
    table(name, policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guarded=False, live=True)
for name, grows in {
    "ledger_checkpoint": True,
    "ledger_cosignature": True,
    "ledger_erased": True,
    "ledger_removal": False,
    "ledger_signed_erasure": False,
    "ledger_signed_removal": False,
    "ledger_verification": False,
}.items():
    table(name, policies=[READ_OWN_TENANT, FOR_OWNER], grants="SELECT", guards=[APPEND_ONLY], guarded=False, live=grows)
function(
    "ledger_lock_sealer",
    "ledger_begin_sealing",
    "ledger_end_sealing",
    "ledger_append_leaves",
    "ledger_append_tiles",
    "ledger_append_checkpoints",
    "ledger_mark_published",
    "ledger_note_verification",
    "ledger_append_cosignature",
)
