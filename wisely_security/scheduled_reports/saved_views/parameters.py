"""Filters as a saved view keeps them: the parameters of a query string, each ``name=value``, in one order.

They are validated whenever they are used, by the same filter set as a query string that somebody typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.reports.declaration import Report
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.parameters import PERIOD as PERIOD_PARAMETERS
from wisely_security.reports.filtering.periods import DEFAULT, Preset

REPORTS = {report.key: report for report in (LOGIN_ACTIVITY, AUDIT_TRAIL)}
PERIOD, DATES = "period", ("from", "to")
LONGEST = 4000  # characters of all parameters together


def from_filters(filters: ReportFilterSet) -> list[str]:
    """Without pages and formats, with keys for what was typed. The period is named even where it is the usual one."""
    kept = filters.parameters
    if not kept.keys() & {PERIOD, *DATES}:
        kept[PERIOD] = DEFAULT.value
    parameters = [f"{name}={value}" for name, value in kept.items()]
    return sorted(parameters, key=lambda each: (not each.startswith(f"{PERIOD}="), each))


def to_query(parameters: Iterable[str]) -> QueryDict:
    query = QueryDict(mutable=True)
    for each in parameters:
        name, _, value = each.partition("=")
        query.appendlist(name, value)
    return query


def to_url(path: str, parameters: Iterable[str]) -> str:
    pairs = [(name, value) for name, _, value in (each.partition("=") for each in parameters)]
    return f"{path}?{urlencode(pairs, safe=',:')}"


def filters_of(report: Report, tenant_id: UUID, query: QueryDict) -> ReportFilterSet:
    """The filter set of a record's page for this query string, in the current scope and time zone."""
    filters = report.filter_set(query, queryset=report.model.objects.for_tenant(tenant_id))
    filters.check(query)
    return filters


def errors_of(filters: ReportFilterSet) -> list[str]:
    return [str(error) for errors in filters.form.errors.values() for error in errors]


def in_words(filters: ReportFilterSet) -> list[tuple[str, str]]:
    """What valid filters say: ``[("Period", "Last month"), ("Status", "Failure")]``."""
    data: dict[str, Any] = filters.form.cleaned_data
    preset = data["preset"]
    words = [("Period", str(data["during"] if preset == Preset.CUSTOM else preset.label))]
    for name, field in filters.form.fields.items():
        if name not in PERIOD_PARAMETERS and str(filters.data.get(name, "")).strip():
            words.append((str(field.label), filters.display_value(name)))
    return words
