"""Who may write notes, and what the Audit Trail records of them: who did what when, without the text."""

from __future__ import annotations

from django.urls import reverse

from audit_trail.registry import Module, audited
from audit_trail.report import links
from audit_trail.report.declaration import VIEW
from wisely_security.tenancy import permissions

from .models import Note

WRITE = permissions.declare("notes.write", "Notes", "Write notes on events")

MODULE = Module("notes", "Notes", record=("note", "Note"))
ADD = MODULE.action("add", "Add", "A note was written on an event.")
EDIT = MODULE.action("edit", "Edit", "A note was changed by its author.")
DELETE = MODULE.action("delete", "Delete", "A note was deleted by its author.")

audited(
    Note,
    name="{row}.about",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    masked=["text"],
    untracked=[each.name for each in Note._meta.concrete_fields if each.name not in {"id", "tenant", "text"}],
)
links.declare("note", Note, lambda pk: reverse("note", args=[pk]), VIEW)
