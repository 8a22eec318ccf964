"""What the page of a record counts besides its rows, in one statement: the chart, today against the usual, and tops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.utils import timezone

from wisely_security.ledger.derived import rollup
from wisely_security.ledger.derived.rollup import Asked, Count, quarter
from wisely_security.ledger.models import Event

from ..chart import charts
from ..chart.charts import Bar, Unit
from ..chart.rollup_filters import RollupFilters, rollup_filters
from ..filtering.filters import ReportFilterSet
from ..filtering.periods import Period
from ..pages import beside
from ..pages.beside import Rows, Statement
from . import offer, tops, usual
from .attempts import Several
from .offer import Offer
from .tops import Top
from .usual import Today, Usual

# Rows that are no counts, and the top that says that tops were counted.
TOP, OFFERED, BESIDE, ATTEMPTS, ARE_FEW = -1, -2, -3, -4, -1
OF_PERIOD, OF_TODAY = 0, 1  # attempts
PASSED = "(SELECT events FROM passed)"  # in the statement: how many events the period has


class Hiding(NamedTuple):
    """What a switch hides: events with this value of a dimension. ``hidden``: the choice of its filter that does.
    ``one``, ``many``: what to call them."""

    name: str
    value: str
    hidden: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a record declares for its strip. ``of_failures``: tops are of failures, unless Status is filtered by.
    ``several``: which events stand for several attempts."""

    tops_title: str
    tops: tuple[Top, ...]
    of_failures: bool
    usual: Usual
    hiding: Hiding | None = None
    several: Several | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """``counts``: of the chart's bars; None: the rollup has no answer for these filters. ``attempts``: how many more
    attempts than events there are then. ``tops``: None: later.
    ``views``: what the switch hides; None: it is unknown, or another choice of its filter holds. ``offer``: what
    filters offer; None: it was not asked. ``beside``: the rows of the statements that came along."""

    unit: Unit
    bars: list[Bar]
    counts: list[Count] | None
    attempts: int
    today: Today | None
    tops: list[tuple[int, str, str, int]] | None
    views: int | None
    offer: Offer | None
    beside: dict[str, Rows]


def read(
    numbers: Numbers,
    filters: ReportFilterSet,
    tenant_id: UUID,
    *,
    is_filtered: bool,
    with_offer: bool,
    along: Mapping[str, Statement],
) -> Overview:
    """In one statement, or in none. ``with_offer``: also what filters offer. ``along``: what
    else there is to read."""
    model = cast("type[Event]", filters.queryset.model)
    period: Period = filters.form.cleaned_data["during"]
    unit, bars = charts.bars_of(period)
    bounds = [*(bar.start for bar in bars), bars[-1].end]
    known, now = rollup_filters(filters, model.dimensions), timezone.now()
    is_direct = not tops.is_found_by_search(filters)
    if known is None and not is_direct and not with_offer:
        return Overview(unit, bars, None, 0, None, None, None, None, beside.read(along))
    whole = [quarter(bounds[0]), quarter(bounds[-1], up=True)]
    if any(quarter(bound) != bound for bound in bounds):
        known, bounds = None, whole  # the chart comes after the page
    asked = {"all": Asked(bounds)}  # the first: it decides whether the events are few
    if known and (known.chosen or known.without):
        asked["chart"] = Asked(bounds, known.chosen, known.without)
    if views := _views(numbers.hiding, known, filters, whole):
        asked["views"] = views
    if not is_filtered and period.start <= now < period.end:
        asked["today"] = usual.asked(numbers.usual, now)
    questions = list(asked.values())
    with connection.cursor() as cursor:
        sql, values = _statement(model, tenant_id, questions, (numbers, filters) if is_direct else None)
        if with_offer:
            offered, its_values = offer.statement(model, tenant_id, period, PASSED)
            sql += f" UNION ALL SELECT {OFFERED}, place, successes, failures, key, name FROM ({offered}) AS offered"  # noqa: S608
            values = [*values, *its_values]
        for which, of in _attempts(numbers, filters, tenant_id, known is not None, "today" in asked and now).items():
            number, its_values = of
            sql += f" UNION ALL SELECT {ATTEMPTS}, {which}, number, 0, '', '' FROM ({number}) AS of (number)"  # noqa: S608
            values = [*values, *its_values]
        if along:
            shown, its_values = beside.joined(along)
            sql += f" UNION ALL SELECT {BESIDE}, place, 0, 0, key, value FROM ({shown}) AS shown (place, key, value)"  # noqa: S608
            values = [*values, *its_values]
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found = dict(zip(asked, rollup.by_bar(questions, (row[:4] for row in rows if row[0] >= 0)), strict=True))
    commonest = [row for row in rows if row[0] == TOP]
    attempts = {row[1]: row[2] for row in rows if row[0] == ATTEMPTS}
    are_few = any(row[1] == ARE_FEW for row in commonest)
    return Overview(
        unit,
        bars,
        _of(known, found.get("chart", found["all"])) if known else None,
        attempts.get(OF_PERIOD, 0),
        usual.today(numbers.usual, found["today"], attempts.get(OF_TODAY, 0)) if "today" in found else None,
        [(top, key, name, number) for _, top, number, _, key, name in commonest if top != ARE_FEW] if are_few else None,
        known.of(found["views"][0]).events if known and views else None,
        offer.offer_of(model, (row[1:] for row in rows if row[0] == OFFERED)) if with_offer else None,
        beside.by_name(along, ((row[1], row[4], row[5]) for row in rows if row[0] == BESIDE)),
    )


def _views(
    hiding: Hiding | None, known: RollupFilters | None, filters: ReportFilterSet, bounds: list[datetime]
) -> Asked | None:
    if hiding is None or known is None or filters.data.get(hiding.name) not in {None, "", hiding.hidden}:
        return None
    without = {name: values for name, values in known.without.items() if name != hiding.name}
    return Asked(bounds, {**known.chosen, hiding.name: [hiding.value]}, without)


def _attempts(
    numbers: Numbers, filters: ReportFilterSet, tenant_id: UUID, of_period: bool, today: datetime | Literal[False]
) -> dict[int, tuple[str, list[Any]]]:
    several, of = numbers.several, {}
    if several and of_period:
        of[OF_PERIOD] = several.statement(filters.qs)
    if several and today:
        events = filters.queryset.model.objects.for_tenant(tenant_id)
        of[OF_TODAY] = several.statement(usual.of_today(numbers.usual, events, today))
    return of


def _of(known: RollupFilters, counts: list[Count]) -> list[Count]:
    return [known.of(count) for count in counts]


def _statement(
    model: type[Event], tenant_id: UUID, asked: list[Asked], direct: tuple[Numbers, ReportFilterSet] | None
) -> tuple[str, list[Any]]:
    """Of the rollup, and of the events if they are few, which the statement itself decides."""
    counted, values = rollup.statement(model, tenant_id, asked)
    shared = (
        f"{tops.ALONG_THE_INDEX}WITH counted AS MATERIALIZED ({counted}), passed AS MATERIALIZED ("  # noqa: S608
        "SELECT coalesce(sum(successes + failures), 0) AS events FROM counted WHERE asked = 0)"
    )
    all_of_them = "SELECT asked, bar, successes, failures, '' AS key, '' AS name FROM counted"
    if direct is None:
        return f"{shared} {all_of_them}", values
    numbers, filters = direct
    few = "(SELECT is_so FROM few)"
    commonest, its_values = tops.statement(filters, numbers.tops, numbers.of_failures, numbers.several, few)
    return (
        f"{shared}, few AS MATERIALIZED ("  # noqa: S608
        f"SELECT coalesce({tops.are_few(numbers.of_failures)}, true) AS is_so FROM counted WHERE asked = 0) "
        f"{all_of_them} UNION ALL SELECT {TOP}, {ARE_FEW}, 0, 0, '', '' WHERE {few} "
        f"UNION ALL SELECT {TOP}, top, number, 0, key, name FROM ({commonest}) AS commonest",
        [*values, *its_values],
    )
