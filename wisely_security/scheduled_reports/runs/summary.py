"""The summary of a period: totals by outcome, who, from where and what most often, and findings, beside the period
before. It is what the strip above the rows counts, for a whole period.

Totals come from the rollup, however many events there are. The lists are counted within a time limit; of a period that
would take longer, the page says so. It is kept with the run as JSON, so that e-mail and page agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import QueryDict

from wisely_security.findings.models import Finding, State
from wisely_security.findings.rules import RULES
from wisely_security.ledger.derived.rollup import Count
from wisely_security.reports.chart import totals
from wisely_security.reports.declaration import Report
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.periods import Period
from wisely_security.reports.pages.reading import search
from wisely_security.reports.pages.time_limit import SearchTooLongError
from wisely_security.reports.strip import attempts, tops
from wisely_security.reports.strip.tops import Top

from ..saved_views.parameters import DATES, PERIOD, filters_of
from .period import before

LONGEST_SECONDS = 20  # for the lists of either period
THE_SAME = "(top, key) IN (SELECT * FROM unnest(%s::int[], %s::text[]))"
Rows = list[tuple[int, str, str, int]]


def summarize(report: Report, tenant_id: UUID, query: QueryDict) -> dict[str, Any]:
    """In the current scope and time zone. ``query``: frozen (``period.py``)."""
    now = _valid(report, tenant_id, query)
    during: Period = now.form.cleaned_data["during"]
    earlier = before(during)
    first, last = (str(day) + (f"T{at:%H:%M}" if at else "") for day, at in earlier.bounds)
    dates = {PERIOD: "custom", "from": first, "to": last}
    then = _valid(report, tenant_id, _with(query, dates))
    return {
        "period": str(during),
        "before": str(earlier),
        "totals": _totals(report, now, then, tenant_id),
        "of": report.numbers.tops_title,
        "lists": _lists(report, now, then),
        "findings": _findings(tenant_id, during, earlier),
    }


def _with(query: QueryDict, dates: Mapping[str, str]) -> QueryDict:
    changed = query.copy()
    for name in (PERIOD, *DATES):
        changed[name] = dates[name]
    return changed


def _valid(report: Report, tenant_id: UUID, query: QueryDict) -> ReportFilterSet:
    filters = filters_of(report, tenant_id, query)
    filters.is_valid()
    return filters


def _totals(report: Report, now: ReportFilterSet, then: ReportFilterSet, tenant_id: UUID) -> list[list[Any]] | None:
    """``[[label, now, before]]``; None where filters select very many events that the rollup does not know."""

    several = report.numbers.several

    def counted(filters: ReportFilterSet) -> tuple[list[Count] | None, int]:
        during = filters.form.cleaned_data["during"]
        return totals.count(filters, tenant_id, [during.start, during.end]), attempts.read(several, filters)

    try:
        (one, more), (other, other_more) = search(partial(counted, now)), search(partial(counted, then))
    except SearchTooLongError:
        return None
    if one is None or other is None:
        return None
    rows: list[list[Any]] = [
        ["Events", one[0].events, other[0].events],
        ["Success", one[0].successes, other[0].successes],
        ["Failure", one[0].failures, other[0].failures],
    ]
    if more or other_more:
        rows.append(["Attempts", one[0].events + more, other[0].events + other_more])
    return rows


def _lists(report: Report, now: ReportFilterSet, then: ReportFilterSet) -> list[dict[str, Any]] | None:
    """The commonest values, each ``[label, its filters, now, before]``. None: counting them takes too long."""
    numbers = report.numbers
    try:
        found = search(lambda: tops.read(now, numbers.tops, numbers.of_failures, numbers.several), LONGEST_SECONDS)
        same = search(lambda: _same(report, then, found), LONGEST_SECONDS)
    except SearchTooLongError:
        return None
    past = {(top, key): events for top, key, _, events in same}
    found.sort(key=lambda row: (row[0], -row[3], row[2], row[1]))
    return [
        {
            "title": top.title,
            "is_personal": _is_personal(report, top),
            "rows": [
                [name or top.label(key), dict(top.filters(key)), events, past.get((place, key), 0)]
                for place, key, name, events in found
                if place == number
            ],
        }
        for number, top in enumerate(numbers.tops)
    ]


def _same(report: Report, then: ReportFilterSet, found: Rows) -> Rows:
    """How often the values that were found occurred in the period before."""
    numbers = report.numbers
    sql, values = tops.statement(then, numbers.tops, numbers.of_failures, numbers.several, THE_SAME)
    if sql == tops.NOTHING:
        return []
    with connection.cursor() as cursor:
        values += [[row[0] for row in found], [row[1] for row in found]]
        cursor.execute(tops.ALONG_THE_INDEX + sql, values)
        return list(cursor.fetchall())


def _is_personal(report: Report, top: Top) -> bool:
    """Whether its values are of people; then they are not sent by e-mail."""
    return not {report.model.of_person.id, *report.model.personal}.isdisjoint(top.columns)


def _findings(tenant_id: UUID, during: Period, earlier: Period) -> dict[str, Any]:
    """How many there were by rule, but for those that were expected."""
    findings = Finding.objects.filter(tenant=tenant_id).exclude(state=State.EXPECTED)
    rules = Counter(findings.during(during.start, during.end).values_list("rule", flat=True))
    return {
        "number": rules.total(),
        "before": findings.during(earlier.start, earlier.end).count(),
        "rules": [[RULES[key].title if key in RULES else key, key, number] for key, number in rules.most_common()],
    }
