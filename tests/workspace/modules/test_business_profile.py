"""The business profile: exactly one per tenant."""

from __future__ import annotations

from tests.support.cast import Cast, sign_in
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS
from tests.workspace.samples.making import make
from wisely_security.workspace.modules.business_profile import BusinessProfile


def test_it_is_set_up_first_and_updated_from_then_on(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/business-profile/")
    assert visitor.offered == {"Set up business profile"}
    ROWS["Business Profile, Profile: Setup"].do(visitor)
    assert "Business profile set up." in visitor.text
    assert "Edit" in visitor.open("/settings/business-profile/").offered
    assert "is already set up" in visitor.open("/settings/business-profile/add/").text


def test_each_tenant_has_its_own(workspace: Cast, visitor: Visitor) -> None:
    make(BusinessProfile, workspace.globex, legal_name="Globex Inc")
    ROWS["Business Profile, Profile: Setup"].do(visitor)
    assert "Globex" not in visitor.text
    assert "Globex Inc" in Visitor(sign_in(workspace.charlie)).open("/settings/business-profile/").text
