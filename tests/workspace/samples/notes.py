"""What the tests know of notes on events (their pages: ``tests/notes``)."""

from __future__ import annotations

from uuid import uuid4

from wisely_security.notes.models import Note

from .declaration import ModuleData, Sample

NOTE = Sample(
    model=Note,
    valid=lambda tenant, number: {
        "record": "login-activity",
        "event": uuid4(),
        "about": f"Log in: Person {number}",
        "text": f"Note {number}",
        "author_name": "Alice Adams",
    },
    text="text",
    edit=("text", "She was travelling."),
    edit_in_sql="text",
)

DATA = ModuleData(samples=[NOTE])
