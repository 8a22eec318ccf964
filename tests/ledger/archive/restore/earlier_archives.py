"""Archives as they were written before they were Parquet. Frozen: it follows no change of the application."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import connections

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.months.partitions import add_months

from ..history import LOGINS, ask

COLUMNS = (
    "id, tenant_id, tx, request_id, user_id, user_name, user_email, acted_by, action, status, reason, ip, device_kind, "
    "device, browser, system, user_agent, user_agent_cut, country, place, latitude, longitude, session, detail"
)


def archive(folder: Path, month: date) -> str:
    """A month of sign-ins leaves: two files, a row in the list of archives, and a note beside each log."""
    name, partition = f"login_activity_{month:%Y_%m}", f"{LOGINS}_{month:%Y_%m}"
    content = _content(partition)
    lines = content.splitlines()
    folder.mkdir(exist_ok=True)
    data = gzip.compress(content, 6, mtime=0)
    (folder / f"{name}.tsv.gz").write_bytes(data)
    manifest = {
        "database": "1/earlier",
        "record": "login_activity",
        "month": f"{month:%Y-%m}",
        "rule": "The platform keeps 12 months.",
        "columns": COLUMNS.split(", "),
        "file": {"bytes": len(data), "sha256": sha256(data).hexdigest()},
        "rows": len(lines),
        "first_id": lines[0].split(b"\t")[0].decode(),
        "last_id": lines[-1].split(b"\t")[0].decode(),
        "tenants": dict(sorted(Counter(line.split(b"\t")[1].decode() for line in lines).items())),
        "content": {"bytes": len(content), "sha256": sha256(content).hexdigest()},
        "tree": {"hash": "RFC 9162, SHA-256", "root": "5a" * 32},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n"
    (folder / f"{name}.json").write_bytes(text)
    ask(
        "INSERT INTO ledger_archive VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        *(name, LOGINS, month, len(lines), len(data), "5a" * 32, sha256(text).hexdigest(), manifest["rule"]),
    )
    until = add_months(month, 1)
    ask("SELECT ledger_forget_rollup(%s, %s, NULL, %s)", LOGINS, until, month)
    ask("SELECT ledger_forget_segments(%s, %s, NULL)", LOGINS, until)
    ask(f"DROP TABLE {partition}")
    return name


def _content(partition: str) -> bytes:
    found = io.BytesIO()
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        query = f"SELECT {COLUMNS} FROM {partition} ORDER BY id, tenant_id"
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT", found)
        cursor.execute("RESET TimeZone")
    return found.getvalue()
