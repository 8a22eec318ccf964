"""WhatsApp Business numbers, in E.164, each once per tenant."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests.support.cast import Cast
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS
from tests.workspace.samples.making import make
from wisely_security.workspace.modules.waba_numbers import WabaNumber
from wisely_security.workspace.records.validators import validate_e164


@pytest.mark.parametrize(
    "number", ["+14155550123", "+442071838750", "+919876543210", "+6591234567", "+123456789012345"]
)
def test_numbers_of_all_countries_are_accepted(number: str) -> None:
    validate_e164(number)


@pytest.mark.parametrize(
    "number",
    [
        *("14155550123", "+04155550123", "+1 415 555 0123", "+1-415", "+1234567890123456", "+12345", "++14155550123"),
        *("+１４１５５５５０１２３", "+14155550123\n", ""),
    ],
)
def test_everything_else_is_refused(number: str) -> None:
    with pytest.raises(ValidationError, match="Include the country code"):
        validate_e164(number)


def test_another_tenant_may_have_the_same_number(workspace: Cast, visitor: Visitor) -> None:
    make(WabaNumber, workspace.globex, number="+14155550123")
    assert ROWS["WABA Numbers, Number: Activate"].do(visitor).answer.status_code == 302
    assert "Number “Acme Help (+14155550123)” activated." in visitor.text


def test_its_page_lists_its_message_links(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/waba-numbers/").follow("Acme")
    assert "Website" in visitor.links(visitor.main)
    ROWS["WABA Numbers, Message Links: Create"].do(visitor)
    assert {"Website", "Poster"} <= set(visitor.open("/settings/waba-numbers/").follow("Acme").links(visitor.main))
