"""All attacks, and the table of docs/operating/integrity.md that is written from them.

``python -m tests.ledger.sealing.tampering.table`` writes it.
"""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

BEGIN, END = "<!-- Written by python -m tests.ledger.sealing.tampering.table -->", "<!-- End of the table -->"
DOCUMENT = Path(__file__).parents[4] / "docs" / "operating" / "integrity.md"


def document() -> str:
    """Grouped by who does it; a line is an attack and what prevents or finds it."""
    from . import app_role, archives, events, logs, outside, schema, superuser

    everything = [
        *app_role.attacks,
        *events.attacks,
        *logs.attacks,
        *schema.attacks,
        *superuser.attacks,
        *outside.files,
        *archives.attacks,
        *outside.key,
    ]
    lines = []
    for who, its in groupby(everything, lambda each: each.who):
        lines += [f"**{who}** …", "", "| | |", "| --- | --- |"]
        lines += [f"| {each.what} | {_outcome(each.outcome)} |" for each in its]
        lines.append("")
    return "\n".join([BEGIN, "", *lines, END])


def _outcome(outcome: object) -> str:
    from wisely_security.reference.checks import CHECKS

    from .attack import Found, FoundOutside, NotFound, Refused

    match outcome:
        case Refused(why):
            return f"prevented: {why}"
        case Found(text):
            return f"found: {CHECKS[text]} (`{text}`)" if text in CHECKS else f"found: “… {text} …”"
        case FoundOutside(text):
            return f"found with a copy of the checkpoint files or by a witness alone: “… {text} …”"
        case NotFound(because):
            return f"**not found**: {because}"
    raise TypeError(outcome)


def in_document() -> str:
    found = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return found[0] if found else ""


if __name__ == "__main__":
    import django

    os.environ |= {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):  # nobody connects to them
        os.environ.setdefault(variable, "postgresql://nobody@localhost/nothing")
    django.setup()
    written = DOCUMENT.read_text(encoding="utf-8").replace(in_document(), document())
    DOCUMENT.write_text(written, encoding="utf-8")
