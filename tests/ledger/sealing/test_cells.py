"""Two cells keep their files, and their logs of what is of no tenant, apart."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from login_activity.models import LoginEvent
from wisely_security.core.request_context import RequestContext, using
from wisely_security.ledger.archive.files.archive_files import path_of as archive_path
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.sealing.logs.published import outside
from wisely_security.ledger.sealing.logs.signing import next_origin, origin_of, origins_until

EU = RequestContext(cell="eu-1")


def test_files_are_in_a_folder_of_the_cell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CHECKPOINT_DIR", "ARCHIVE_DIR"):
        monkeypatch.setattr(settings, name, tmp_path)
    tenant = uuid4()
    outside.append("login-activity", tenant, ["a note\n"])
    with using(EU):
        assert outside.path_of("login-activity", tenant).parents[1] == tmp_path / "eu-1"
        assert archive_path("some").parent == tmp_path / "eu-1"
        assert not list(outside.logs())
        outside.append("audit-trail", tenant, ["a note\n"])
        assert list(outside.logs()) == [("audit-trail", tenant)]
    assert archive_path("some").parent == tmp_path
    assert list(outside.logs()) == [("login-activity", tenant)]


def test_logs_of_no_tenant_have_origins_of_their_own() -> None:
    tenant = uuid4()
    first, of_tenant = origin_of(LoginEvent, NO_TENANT), origin_of(LoginEvent, tenant)
    with using(EU):
        assert origin_of(LoginEvent, tenant) == of_tenant
        second = origin_of(LoginEvent, NO_TENANT)
    assert second == f"{first}/eu-1"
    assert next_origin(second) == f"{second}/2"
    assert origins_until(f"{second}/2") == [f"{second}/2", second]
