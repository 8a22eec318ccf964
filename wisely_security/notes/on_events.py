"""What the pages of both records show of notes: on an event all of them, on its row that there are some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions.event_notes import EventNotes
from wisely_security.reports.pages.beside import Statement
from wisely_security.tenancy.models import Tenant, User

from .audited import WRITE
from .models import LONGEST_TEXT, Note

MARKS = """
    SELECT event::text, CASE count(*) WHEN 1 THEN '1 note' ELSE count(*) || ' notes' END
    FROM notes_note WHERE tenant_id = %s AND record = %s AND event = ANY (%s) GROUP BY event
"""


class NotesOnEvents(EventNotes):
    def marks(self, report: Report, tenant: Tenant, ids: Sequence[UUID]) -> Statement | None:
        return (MARKS, [tenant.pk, report.key, list(ids)]) if tenant.has_notes and ids else None

    def on_event(self, report: Report, tenant: Tenant, reader: User, event: Any) -> dict[str, Any]:
        notes = Note.objects.filter(tenant=tenant, record=report.key, event=event.pk) if tenant.has_notes else []
        own = tenant.pk == reader.tenant_id and reader.may(WRITE)
        return {
            "notes": [(note, own and note.author == reader.pk) for note in notes],
            "may_write_notes": own,
            "longest_note": LONGEST_TEXT,
        }
