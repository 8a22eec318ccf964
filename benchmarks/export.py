"""The downloads of both records beside psql's \\copy, compressed ones, and pages while three downloads run.

    .venv/bin/python -m benchmarks.export [rows] [rounds]

Both write to nowhere. psql runs the download's own statement (the same columns and labels), and one that
takes the columns as they are stored: no labels, changes as JSON. Neither has the guard against formulas.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish

RECORDS = {
    "Login Activity": (
        "/settings/identity-access/login-activity/",
        "user_name, occurred_at, ip, device, place, status, action, reason, user_email, user_id, acted_by, browser, "
        "system, country, user_agent, detail, session, request_id, id",
    ),
    "Audit Trail": (
        "/settings/security/audit-trail/",
        "actor_name, module, sub_module, action, occurred_at, resource_name, status, reason, reason_code, changes, "
        "actor_kind, actor_email, actor_id, ip, resource_type, resource_id, request_id, id",
    ),
}
MB = 1_000_000
TIME_ZONE = "Asia/Kolkata"
PAGES = 200


def main(rows: int, rounds: int) -> None:
    from django.db import connections

    from tests.support.cast import create_cast, sign_in
    from tests.support.databases import drop_template, fresh_database, make_template
    from wisely_security.core.request_context import acting_as

    from .measured.downloads import served

    make_template()
    with fresh_database(f"bench_export_{os.getpid()}"):
        cast = create_cast()
        with acting_as(tenant_id=cast.acme.pk), connections["owner"].cursor() as cursor:
            cursor.execute(
                Path(__file__).with_name("downloads.sql").read_text(), {"rows": rows, "tenant": cast.acme.pk}
            )
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        with served(sign_in(cast.alice).cookies["wisely_session"].value) as site:
            beside = {name: downloads(name, site, cast.acme.pk, rounds) for name in RECORDS}
            waited = pages(site)
    drop_template()
    publish(
        Table(
            title=f"Downloads: {rows:,} events",
            about=(
                "Rows a second, the median, as they come from the web server to a reader that drops them; and how many "
                "times what psql's \\copy does with the same statement, and with the columns as they are stored (no "
                "labels, changes as JSON); neither has the guard against formulas. The web process's memory is the "
                "largest while they ran, beside what it was before."
            ),
            headings=["", "rows a second", "of \\copy, same", "of \\copy, stored", "first byte", "memory", "size"],
            rows=[[way, *table_rows(rows, each)] for name, ways in beside.items() for way, each in ways.items()],
        ),
        Table(
            title="Pages while three downloads run",
            about=(
                "Milliseconds of a page of Login Activity, one request after another: two web processes, downloads and "
                "their readers, and the database share the machine's cores."
            ),
            headings=["", "median", "95 % within"],
            rows=[
                [when, *(decimals(ms) for ms in (median(taken), quantiles(taken, n=20)[-1]))]
                for when, taken in waited.items()
            ],
        ),
        command=f"python -m benchmarks.export {rows} {rounds}",
    )


def downloads(name: str, site: Any, tenant_id: Any, rounds: int) -> dict[str, dict[str, Any]]:
    """What was taken of a record, plain and compressed, in turn with psql."""
    from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
    from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
    from wisely_security.reports.filtering.periods import Period, Preset
    from wisely_security.reports.table.columns import copy_statement

    from .measured.downloads import psql

    path, stored = RECORDS[name]
    report = next(each for each in (LOGIN_ACTIVITY, AUDIT_TRAIL) if each.title == name)
    period = Period.preset(Preset.LAST_30_DAYS, zone=ZoneInfo(TIME_ZONE))
    events = report.model.objects.for_tenant(tenant_id).during(period.start, period.end)
    same = copy_statement(report.table, events, period)
    table = report.model._meta.db_table
    plain = (
        f"COPY (SELECT {stored} FROM {table} WHERE tenant_id = '{tenant_id}' ORDER BY id DESC) TO STDOUT (FORMAT csv)"
    )
    ways = {name: f"{path}download/?period=30d", f"{name}, .gz": f"{path}download/?period=30d&format=csv.gz"}
    for _ in range(4):  # each web process has sent one, and the database reads from memory
        site.download(ways[name])
    before, grown = site.memory(), 0

    def watch() -> None:
        nonlocal grown
        grown = max(grown, *(now - before[process] for process, now in site.memory().items()))

    by_psql: dict[str, list[float]] = {"same": [], "stored": []}
    taken: dict[str, list[Any]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, address in ways.items():
            taken[way].append(site.download(address, watch))
        by_psql["same"].append(psql(same, tenant_id, TIME_ZONE))
        by_psql["stored"].append(psql(plain, tenant_id, TIME_ZONE))
    return {way: {"taken": each, "grown": grown, **by_psql} for way, each in taken.items()}


def table_rows(rows: int, measured: dict[str, Any]) -> list[str]:
    seconds = median(each.seconds for each in measured["taken"])
    return [
        decimals(rows / seconds),
        f"{median(measured['same']) / seconds:.2f}",
        f"{median(measured['stored']) / seconds:.2f}",
        f"{median(each.first_byte for each in measured['taken']) * 1000:.0f} ms",
        f"+ {measured['grown'] / MB:.1f} MB",
        f"{measured['taken'][0].size / MB:.0f} MB",
    ]


def pages(site: Any) -> dict[str, list[float]]:
    """Milliseconds of each page, in turn."""
    [login, _], [audit, _] = RECORDS.values()
    page = f"{login}?period=30d"
    three = [f"{path}download/?period=30d" for path in (login, audit, login)]
    taken: dict[str, list[float]] = {"alone": [], "while three downloads run": []}
    site.pages(page, 50)
    for _ in range(2):
        taken["alone"] += site.pages(page, PAGES)
        with site.downloading(three):
            taken["while three downloads run"] += site.pages(page, PAGES)
    return {when: [seconds * 1000 for seconds in each] for when, each in taken.items()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [1_000_000, 5][len(given) :]))
