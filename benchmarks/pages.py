"""The pages of both records as they are served: time, rate, bytes of a first visit, and where the time goes.

    .venv/bin/python -m benchmarks.pages [requests]

gunicorn with two workers, set up as in production, in front of the demo after a VACUUM, for an admin of a tenant with
as many people as the filter lists. Readers and the database share the machine's cores with the web server.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish

EVENTS = 20_000
PAGES = {
    "Login Activity": "/settings/identity-access/login-activity/?period=30d",
    "Audit Trail": "/settings/security/audit-trail/?period=30d",
}
READERS = 4


def main(requests: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from tests.support.databases import drop_template, fresh_database, make_template

    from .measured.pages import PARTS, Visitor, an_admin, served, vacuum

    make_template()
    with fresh_database("bench_pages"), tempfile.TemporaryDirectory() as folder:
        settings.GEOIP_PATH = str(Path(folder) / "places")
        call_command("seed_demo", events=EVENTS, verbosity=0)
        session = an_admin()
        vacuum()
        served_rows, split_rows = [], []
        with served(Path(folder)) as port:
            for title, path in PAGES.items():
                visitor = Visitor(port, session, path)
                visitor.warm_up()
                alone, slowest = visitor.alone(requests)
                rate = visitor.together(READERS, requests)
                first = visitor.first_visit()
                sizes = [f"{first.kilobytes:.0f} kB", f"{first.page_kilobytes:.0f} kB", str(first.requests)]
                served_rows.append([title, decimals(alone), decimals(slowest), decimals(rate), *sizes])
                parts, statements = visitor.split(requests)
                times = [*(parts[part] for part in PARTS), sum(parts.values())]
                split_rows.append([title, *map(decimals, times), str(statements)])
    drop_template()
    publish(
        Table(
            title="Pages",
            about=(
                "50 rows, the whole response: milliseconds for one reader after another, median and 95 % of them; "
                f"requests a second of two workers for {READERS} readers at once; and what a first visit fetches, as "
                "it travels, headers included."
            ),
            headings=["", "ms, median", "ms, 95 %", "a second", "first visit", "of it the page", "requests"],
            rows=served_rows,
        ),
        Table(
            title="Where a page's time goes",
            about="The same pages in one process: milliseconds, medians of each part; statements sent.",
            headings=["", *PARTS, "sum", "statements"],
            rows=split_rows,
        ),
        command=f"python -m benchmarks.pages {requests}",
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
