"""Both CSV files, opened by LibreOffice with each separator that readers assume."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.audit_trail import records as audit_records
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import SEPARATORS, SIGNS
from tests.support.records import put_at

pytestmark = pytest.mark.office

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/download/"
AUDIT_TRAIL = "/settings/security/audit-trail/download/"
FILES = {"login-activity.csv": LOGIN_ACTIVITY, "audit-trail.csv": AUDIT_TRAIL}
ASSUMED = {",": 44, ";": 59, "tab": 9}
# Separator, quote, UTF-8, from line 1, any columns, English; quoted fields are not always texts, numbers and dates are
# detected, spaces are removed, formulas are evaluated.
FILTER = "CSV:{},34,76,1,,1033,false,true,false,true,false,-1,true"
BEFORE = ["", *SEPARATORS, "Mozilla/5.0 (X11;", 'say "', '";"', "'", "';", "x,y;"]
TEXTS = [
    *(f"{''.join(parts)}1+41" for parts in itertools.product(BEFORE, ["", " ", "\u00a0"], SIGNS[:5])),
    *('=HYPERLINK("http://x.example";"x")', "@SUM(1+1)*cmd|'/C calc'!A0", "x\r\n=1+1;=1+1\t=1+1|=1+1,=1+1"),
    "＝1+1;＠1",
]
SESSIONS = ["9007199254740993", "7774768274764e60", "0000000000000001", "1234567890123456", "1e10000000000000"]
KEYS = [UUID("12345678-1234-4123-8123-123456789012"), UUID("1e234567-1234-4123-8123-123456789012")]


@pytest.fixture(scope="module")
def soffice() -> str:
    path = shutil.which("soffice")
    if path is None:
        pytest.skip("No spreadsheet: soffice is not installed.")
    return path


@pytest.fixture
def folder(committed_cast: Cast, tmp_path: Path) -> Path:
    """Both downloads, and the same texts in a file without the guard."""
    acme = committed_cast.acme.pk
    for number, text in enumerate(TEXTS):
        put_login_event(acme, number, text)
        put_audit_event(acme, number, text)
    alice = sign_in(committed_cast.alice)
    for name, address in FILES.items():
        (tmp_path / name).write_bytes(alice.get(address, {"period": "today"}).getvalue())
    with (tmp_path / "unguarded.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([text, "x", text] for text in TEXTS)
    return tmp_path


def put_login_event(tenant: UUID, number: int, text: str) -> None:
    columns = "user_name", "user_email", "acted_by", "device", "browser", "system", "user_agent", "place", "country"
    detail = {"area": text, "filters": {text: text}, "changes": {"Name": [text, text]}}
    put_at(
        tenant,
        timezone.now(),
        **dict.fromkeys((*columns, "action"), text),
        status="failure",
        reason=f"{text} ",
        detail=json.dumps(detail, ensure_ascii=False),
        session=SESSIONS[number % len(SESSIONS)],
        request_id=str(KEYS[number % len(KEYS)]),
    )


def put_audit_event(tenant: UUID, number: int, text: str) -> None:
    columns = "actor_kind", "actor_name", "actor_email", "module", "sub_module", "action", "reason", "reason_code"
    change = {"field": "x", "label": text}
    audit_records.put_at(
        tenant,
        timezone.now(),
        **dict.fromkeys((*columns, "resource_type", "resource_name"), text),
        status="failure",
        changes=[
            {**change, "before": text, "after": text},
            {**change, "before": text},
            {**change, "added": [text, text], "removed": [text, text]},
        ][number % 2 :],
        request_id=KEYS[number % len(KEYS)],
    )


def opened(soffice: str, folder: Path, separator: int) -> dict[str, Worksheet]:
    """Each file of a folder, by name, as opened by a spreadsheet that assumes this separator."""
    out = folder / str(separator)
    command = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
    names = sorted(folder.glob("*.csv"))
    subprocess.run(
        [*command, f"--infilter={FILTER.format(separator)}", "--outdir", out, *names],
        check=True,
        timeout=180,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return {path.stem: load_workbook(path).active for path in out.iterdir()}


def formulas(sheet: Worksheet) -> list[str]:
    return [f"{cell.coordinate}: {cell.value}" for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def column(sheet: Worksheet, name: str) -> list[Any]:
    place = [cell.value for cell in sheet[1]].index(name) + 1
    return [row[0] for row in sheet.iter_rows(min_row=2, min_col=place, max_col=place, values_only=True)]


def test_no_text_is_a_formula_and_no_key_a_number(soffice: str, folder: Path) -> None:
    assert len(TEXTS) > 200
    for name, separator in ASSUMED.items():
        sheets = opened(soffice, folder, separator)
        assert formulas(sheets["unguarded"]), name
        for record in ("login-activity", "audit-trail"):
            assert sheets[record].max_row > len(TEXTS)
            assert formulas(sheets[record]) == [], name
        if name == ",":
            sessions = column(sheets["login-activity"], "Session")
            assert {f"s{session}" for session in SESSIONS} < set(sessions)
            keys = column(sheets["login-activity"], "Request ID") + column(sheets["audit-trail"], "Request ID")
            assert {str(key) for key in KEYS} < set(keys)
            for sheet in (sheets["login-activity"], sheets["audit-trail"]):
                assert len({UUID(key) for key in column(sheet, "Event ID")}) == sheet.max_row - 1
