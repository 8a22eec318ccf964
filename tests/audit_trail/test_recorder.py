"""What the recorder accepts and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.extras import Json

from audit_trail.models import AuditEvent
from audit_trail.recording import failures, recorder
from audit_trail.recording.recorder import RECORD
from audit_trail.vocabulary import Code
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_groups import ADD


@pytest.mark.parametrize("changes", [{"not": 1}, "x", [1], [{"before": "x"}], None])
def test_what_cannot_be_shown_is_refused(cast: Cast, changes: Any) -> None:
    values: list[Any] = [cast.acme.pk, *ADD.name, "success", "", "", "", None, "", Json(changes)]
    with (
        acting_as(tenant_id=cast.acme.pk),
        pytest.raises(IntegrityError, match="list of objects"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(RECORD, values)


def test_a_reason_is_one_line_whatever_a_server_says(cast: Cast) -> None:
    recorder.record(ADD, tenant_id=cast.acme.pk, failed=Code.EMAIL_FAILED, reason="550 no\0 such\r\n mailbox\u202e")
    with acting_as(tenant_id=cast.acme.pk):
        assert AuditEvent.objects.get(status="failure").reason == "550 no such mailbox"


def test_one_line_loses_no_words() -> None:
    assert failures.on_one_line("Zoë\tsagt:  „ja“\n") == "Zoë sagt: „ja“"
