"""What the pages of both records show of notes: on an event all of them, on its row that there are some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count

from wisely_security.reports.event_notes import EventNotes
from wisely_security.reports.views import Report
from wisely_security.tenancy.models import Tenant, User

from .audited import WRITE
from .models import LONGEST_TEXT, Note


class NotesOnEvents(EventNotes):
    def marks(self, report: Report, tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, str]:
        if not tenant.has_notes:
            return {}
        notes = Note.objects.filter(tenant=tenant, record=report.key, event__in=list(ids)).order_by()
        counted = notes.values_list("event").annotate(number=Count("pk"))
        return {event: "1 note" if number == 1 else f"{number} notes" for event, number in counted}

    def on_event(self, report: Report, tenant: Tenant, reader: User, event: Any) -> dict[str, Any]:
        notes = Note.objects.filter(tenant=tenant, record=report.key, event=event.pk) if tenant.has_notes else []
        own = tenant.pk == reader.tenant_id and reader.may(WRITE)
        return {
            "notes": [(note, own and note.author == reader.pk) for note in notes],
            "may_write_notes": own,
            "longest_note": LONGEST_TEXT,
        }
