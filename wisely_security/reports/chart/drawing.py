"""What the template of a chart shows, given the numbers of its bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wisely_security.ledger.derived.rollup import Count

from ..filtering.periods import Period, Preset
from . import charts
from .charts import Bar, Unit


def drawing(
    period: Period,
    unit: Unit,
    bars: Sequence[Bar],
    counts: Sequence[Count],
    attempts: int,
    link: Callable[..., str],
) -> dict[str, Any]:
    """``attempts``: how many more than events there are. ``link``: the page with other parameters."""
    range_url = link(**{"period": Preset.CUSTOM.value, "from": None, "to": None})

    def url(query: Mapping[str, str]) -> str:
        """None of its own for the one bar that there is."""
        return f"{range_url}&from={query['from']}&to={query['to']}" if len(bars) > 1 else ""

    events = sum(count.events for count in counts)
    highest = charts.scale(counts)
    return {
        "unit": unit.value,
        "period": str(period),
        "total": charts.number_of_events(events),
        "attempts": f"{events + attempts:,}" if attempts else "",
        "successes": f"{sum(count.successes for count in counts):,}",
        "failures": f"{sum(count.failures for count in counts):,}",
        "scale": [f"{number:,}" for number in (highest, highest // 2, 0)],
        "range_url": range_url,
        "columns": charts.columns(unit, bars, counts, url),
    }
