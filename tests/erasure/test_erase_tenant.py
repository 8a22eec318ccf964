"""manage.py erase_tenant: a tenant that leaves leaves nothing personal behind, and a log that is still proved."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import verify
from tests.support.cast import Cast, sign_in
from tests.workspace.samples import set_up_workspace
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant, User

from .life import MARKER, busy, invited, places_with, sealed


def erase(tenant: str, **options: Any) -> str:
    printed = io.StringIO()
    call_command("erase_tenant", tenant, stdout=printed, **{"reference": "Order 12", "confirm": "Acme"} | options)
    return printed.getvalue()


def test_nothing_personal_is_left_and_its_log_is_proved(committed_cast: Cast) -> None:
    cast = committed_cast
    set_up_workspace(cast)
    busy(cast, invited(cast))
    sign_in(cast.charlie)
    sealed()
    with acting_as(support=True):
        number = LoginEvent.objects.filter(tenant_id=cast.acme.pk).count()
    before = places_with("charlie@globex")
    assert "tenancy_user" in erase("acme", dry_run=True)
    assert "events erased under “Order 12”." in erase("acme")
    sealed()
    for text in (MARKER, "alice@acme", "Bob Brown", "Acme Ltd"):
        assert places_with(text) == []
    assert places_with("charlie@globex") == before
    with acting_as(support=True):
        assert not Tenant.objects.filter(pk=cast.acme.pk).exists()
        assert not User.objects.filter(tenant_id=cast.acme.pk).exists()
        assert LoginEvent.objects.filter(tenant_id=cast.acme.pk).count() >= number
    untouched, printed = verify()
    assert untouched, printed
    assert f"login-activity of tenant {cast.acme.pk}: " in printed
    again = erase(str(cast.acme.pk), confirm=str(cast.acme.pk))  # as after an interruption: nothing is left to do
    assert "0 events erased" in again


@pytest.mark.parametrize(
    ("tenant", "options", "why"),
    [
        ("initech", {"confirm": "Initech"}, "owns the enterprise Globex"),
        ("acme", {"confirm": "acme"}, "not what was asked for"),
        ("acme", {"reference": ""}, "Say why"),
        ("nowhere", {}, "no tenant"),
    ],
)
def test_is_refused(committed_cast: Cast, tenant: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        erase(tenant, **options)
    with acting_as(support=True):
        assert Tenant.objects.count() == 3
