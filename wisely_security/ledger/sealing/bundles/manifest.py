"""What a bundle says of itself, for ``verify_bundle.py``: how its CSV is written, and what was chosen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..leaves import as_json
from ..logs.event_rows.sealed_columns import NO_LATER_COLUMNS, LaterColumns

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """``columns``: how each cell is written from the sealed fields. ``offsets``: of the reader's zone, each with the
    moment from which it holds. ``period``: where the events are a whole stretch of the log, the first moment whose
    events are in the CSV, and the first moment after them. ``later``: the record's columns that were added later.
    ``facts``: what else the site says, in plain words.
    """

    columns: Sequence[dict[str, Any]]
    offsets: Sequence[tuple[datetime, timedelta]] = ((datetime(1970, 1, 1, tzinfo=UTC), timedelta()),)
    period: tuple[datetime, datetime] | None = None
    later: LaterColumns = NO_LATER_COLUMNS
    facts: Mapping[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        period = self.period and {"start": as_json(self.period[0]), "end": as_json(self.period[1])}
        offsets = [[as_json(start), offset // timedelta(seconds=1)] for start, offset in self.offsets]
        content = {"v": VERSION, "facts": dict(self.facts), "period": period, "offsets": offsets}
        content |= {"later": self.later._asdict(), "columns": self.columns}
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
