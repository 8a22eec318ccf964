"""A summary as its page and its e-mail show it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from ..models import ReportRun
from ..saved_views.parameters import to_url

UNCHANGED = "as before"


def shown_summary(run: ReportRun, path: str, with_findings: bool) -> dict[str, Any] | None:
    """``path``: of the record's page, to which each line of a list leads; "" where nothing leads anywhere."""
    kept = run.summary
    if kept is None:
        return None
    lists = kept["lists"] and [
        {**each, "rows": [_row(run, path, row) for row in each["rows"]]}
        for each in kept["lists"]
        if path or not each["is_personal"]
    ]
    totals = kept["totals"] and [(label, f"{now:,}", change(now, before)) for label, now, before in kept["totals"]]
    its = kept["findings"]
    findings = {**its, "change": change(its["number"], its["before"]), "url": f"{reverse('findings')}?state=all"}
    return {**kept, "totals": totals, "lists": lists, "findings": findings if with_findings else None}


def _row(run: ReportRun, path: str, row: list[Any]) -> dict[str, Any]:
    label, filters, number, before = row
    words = [each.removeprefix("q=") for each in run.parameters if each.startswith("q=")]
    if "q" in filters:
        filters = {**filters, "q": " ".join([*words, filters["q"]])}
    others = [each for each in run.parameters if each.partition("=")[0] not in filters]
    url = to_url(path, [*others, *(f"{name}={value}" for name, value in filters.items())]) if path else ""
    return {"label": label, "number": f"{number:,}", "change": change(number, before), "url": url}


def change(now: int, before: int) -> str:
    """Beside the number of the period: ``+12 %``, ``3 before``, ``as before``."""
    if now == before:
        return UNCHANGED
    if before < 20:  # of a few, a percentage says nothing
        return f"{before:,} before"
    return f"{round(100 * (now - before) / before):+,} %".replace("-", "\N{MINUS SIGN}")
