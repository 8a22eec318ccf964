"""Opt-in and opt-out: a channel that the access account has."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS


@pytest.mark.parametrize(("channel", "status"), [("SMS", 302), ("WhatsApp", 302), ("RCS", 400), ("Truecaller", 400)])
def test_the_channel_is_one_of_the_accounts(workspace: Cast, visitor: Visitor, channel: str, status: int) -> None:
    form = ROWS["Opt-in/Opt-out, Consent group: Create"].begin(visitor)
    form.fill({"Channel": channel})
    assert visitor.send(form).answer.status_code == status
    if status == 400:
        assert visitor.form.errors() == {"channel": "Shop only sends by WhatsApp, SMS. Choose one of its channels."}
