"""Archives as other programs read them, and who loads the library that writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pyarrow import parquet

from tests.support.records import a_tenant
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.archive.files.parquet import OF_LOG, ROWS_PER_GROUP, Column, Reader, Writer

from .history import OLD, name_of, run, sign_ins

ODD = 'Zoë\t"O\'Neil"\r\n\\N \\. 😀\\'
COLUMNS = [
    Column("tenant_id", "uuid"),
    Column("name", "text"),
    Column("number", "int8"),
    Column("half", "float8"),
    Column("is_so", "bool"),
    Column("moment", "timestamptz"),
    Column("list", "_text"),
    *OF_LOG,
]
MOMENT, SALT, HASH = "2026-02-28 23:59:59.999999+00", "0f" * 16, "f0" * 32
VALUES: list[list[str | None]] = [
    ["a", ODD, str(-(2**63)), "0.30000000000000004", "t", MOMENT, "{}", "7", SALT, HASH],
    ["a", "", "0", "-0.0", "f", "1999-12-31 00:00:00+00", '{"a,b",NULL}', None, None, None],
    ["b", None, None, None, None, None, None, None, None, None],
]


def written(path: Path, rows: list[list[str | None]]) -> Path:
    with path.open("wb") as file:
        writer = Writer(file, COLUMNS)
        for row in rows:
            writer.write(row)
        writer.finish({"month": "2026-02"})
    return path


def test_each_value_comes_back_as_it_was(tmp_path: Path) -> None:
    reader = Reader(written(tmp_path / "x.parquet", VALUES))
    found = list(reader.rows())
    assert [row[5] for row in found] == ["2026-02-28T23:59:59.999999+00:00", "1999-12-31T00:00:00+00:00", None]
    assert [[*row[:5], *row[6:]] for row in found] == [[*row[:5], *row[6:]] for row in VALUES]
    assert (reader.number, reader.about["month"], reader.columns) == (3, "2026-02", COLUMNS)


def test_row_groups_that_cannot_have_a_tenant_are_not_read(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [[tenant, *VALUES[0][1:]] for tenant in "abc" for _ in range(ROWS_PER_GROUP)]
    reader = Reader(written(tmp_path / "x.parquet", rows))
    assert {row[0] for row in reader.rows(["tenant_id"], tenant_id="b")} == {"b"}


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-1], lambda b: b[:40] + b"\xff" * 60 + b[100:]])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, spoil) -> None:
    path = written(tmp_path / "x.parquet", VALUES)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ArchiveError, match=r"x\.parquet cannot be read"):
        list(Reader(path).rows())


def test_types_are_those_of_any_warehouse(archive_dir: Path) -> None:
    sign_ins(OLD, [a_tenant()])
    run("archive_events", "--older-than", "12")
    file = parquet.ParquetFile(archive_dir / f"{name_of(OLD)}.parquet")
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert types["id"] == types["tenant_id"] == types["ip"] == types["detail"] == types["user_name"] == "string"
    assert (types["occurred_at"], types["tx"], types["latitude"]) == ("timestamp[us, tz=UTC]", "int64", "double")
    assert (types["user_agent_cut"], types["leaf_index"]) == ("bool", "int64")
    assert (types["salt"], types["commitment"]) == ("fixed_size_binary[16]", "fixed_size_binary[32]")
    group = file.metadata.row_group(0)
    assert {group.column(number).compression for number in range(group.num_columns)} == {"ZSTD"}


def test_web_processes_do_not_load_the_library() -> None:
    code = (
        "import sys, wisely_security.wsgi; from django.contrib import admin; from django.urls import get_resolver; "
        "admin.autodiscover(); get_resolver().url_patterns; "
        "sys.exit(any(name.partition('.')[0] in {'pyarrow', 'numpy'} for name in sys.modules))"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "wisely_security.settings", "DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=django_settings.BASE_DIR, env=environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
