"""Bundles of a tenant's record, and what the program that checks them finds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone

from tests.support.cast import Cast
from wisely_security.core.request_context import RequestContext, acting_as
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.verify_bundle import Check, verify
from wisely_security.reports.declaration import Report
from wisely_security.reports.download.bundle_export import BundleExport
from wisely_security.reports.download.csv_export import CsvExport
from wisely_security.reports.table.columns import copy_statement, header

ALL_TIME = "from=2020-01-01"


def exported(report: Report, tenant_id: UUID, query: str = ALL_TIME, zone: str = "UTC") -> tuple[bytes, bytes]:
    """The CSV, as it is without proof, and the bundle."""
    with timezone.override(ZoneInfo(zone)), acting_as(tenant_id=tenant_id):
        filters = report.filter_set(QueryDict(query), queryset=report.model.objects.for_tenant(tenant_id))
        assert filters.is_valid()
        statement = copy_statement(report.table, filters.qs, filters.form.cleaned_data["during"])
    common = {
        "context": RequestContext(tenant_id=tenant_id),
        "header": header(report.table),
        "finished": lambda rows: None,
        "cut_short": lambda rows: None,
    }
    bundle = BundleExport(
        filters=filters,
        table=report.table,
        tenant_id=tenant_id,
        keys=signing_keys(),
        facts={"Record": report.title},
        is_whole=all(each.startswith(("from=", "to=")) for each in query.split("&")),
        **common,  # type: ignore[arg-type]
    )
    return b"".join(CsvExport(statement=statement, **common)), b"".join(bundle)  # type: ignore[arg-type]


def checked(bundle: bytes, folder: Path, vkey: str = "") -> Check:
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    return verify(str(path), vkey)


def member(bundle: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return archive.read(name)


def vkey(cast: Cast, record: str = "login-activity") -> str:
    return signing_keys().signer(f"security.example/{cast.acme.pk}/{record}").public.vkey
