"""Roles: built in, or of one's own, with a grid of permissions."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, add_member, person, sign_in
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, User
from wisely_security.tenancy.permissions import all_permissions


def test_the_grid_offers_the_permissions_that_apply_to_an_enterprise_by_group(
    workspace: Cast, visitor: Visitor
) -> None:
    form = ROWS["Roles, Role: Add"].begin(visitor)
    boxes = {each.get("value") for each in form.element.iter("input") if each.get("name") == "permissions"}
    meant = [permission for permission in all_permissions() if permission.only_in != "aggregator"]
    assert boxes == {permission.key for permission in meant}
    assert "tenants.switch" not in boxes
    for permission in meant:
        assert permission.group in visitor.text


def test_built_in_roles_stay_as_they_are(workspace: Cast, visitor: Visitor) -> None:
    for name in ("Admin", "Developer", "Business", "Finance", "MIS", "Support"):
        assert "Edit" not in visitor.open("/settings/roles/").follow(name).offered


def test_changed_permissions_of_a_role_apply_at_once(workspace: Cast, visitor: Visitor) -> None:
    ROWS["Roles, Role: Add"].do(visitor)
    member = add_member(workspace.acme, "mis", person("Rita Reed", "rita@acme.example"))
    with acting_as(tenant_id=workspace.acme.pk):
        User.objects.filter(pk=member.pk).update(role=Role.objects.get(name="Reviewer"))
    rita = sign_in(member)
    assert rita.get("/settings/templates/").status_code == 200
    visitor.open("/settings/roles/").follow("Reviewer").follow_in_page("Edit").press({"Permissions": []})
    assert rita.get("/settings/templates/").status_code == 403


def counted(visitor: Visitor, role: str) -> list[str]:
    visitor.open("/settings/roles/")
    [row] = [each for each in visitor.main.iter("tr") if role in visitor.links(each)]
    return ["".join(cell.itertext()).strip() for cell in row.iter("td")]


def test_a_role_shows_how_many_users_have_it(workspace: Cast, visitor: Visitor) -> None:
    assert counted(visitor, "MIS")[:3] == ["MIS", "Built in", "2"]
    assert str(workspace.alice.role) == "Admin"
    assert counted(visitor, "Admin")[2] == "0"  # the Super Admin holds a position, not a role


@pytest.mark.parametrize("role", ["Admin", "Developer"])
def test_a_role_shows_how_many_permissions_it_has(workspace: Cast, visitor: Visitor, role: str) -> None:
    number = int(counted(visitor, role)[3])
    visitor.follow(role)
    [facts] = visitor.main.iter("dl")
    shown = [line for fact in facts.iter("dd") for line in fact.itertext() if line.strip()]
    assert len(shown) - 1 == number > 0  # beside its kind


@pytest.mark.parametrize("name", ["super admin", "Super\u00a0Admin", "Super  Admin", "Ｓuper Admin", " ADMIN", "Mis"])
def test_no_role_has_a_name_confusable_with_another(workspace: Cast, visitor: Visitor, name: str) -> None:
    response = visitor.client.post("/settings/roles/add/", {"name": name, "permissions": []})
    assert response.status_code == 400


def ticked(visitor: Visitor) -> set[str]:
    return {each.get("value", "") for each in visitor.main.iter("input") if each.get("checked") is not None}


def test_a_new_role_starts_from_another_as_far_as_one_may_grant_it(workspace: Cast, visitor: Visitor) -> None:
    with acting_as(tenant_id=workspace.acme.pk):
        admin = Role.objects.get(key="admin")
        hirer = Role.objects.create(tenant=workspace.acme, name="Hirer", permissions=["roles.view", "roles.edit"])
    with acting_as(tenant_id=workspace.globex.pk):
        theirs = Role.objects.get(key="admin")
    visitor.open("/settings/roles/").follow("Admin").follow("Add a role like this")
    assert ticked(visitor) == {key for key in admin.granted() if key != "tenants.switch"}

    rita = add_member(workspace.acme, "mis", person("Rita Reed", "rita@acme.example"))
    with acting_as(tenant_id=workspace.acme.pk):
        User.objects.filter(pk=rita.pk).update(role=hirer)
    hers = Visitor(sign_in(rita))
    assert ticked(hers.open(f"/settings/roles/add/?from={admin.pk}")) == {"roles.view", "roles.edit"}
    for unknown in (theirs.pk, "nonsense"):
        assert hers.client.get(f"/settings/roles/add/?from={unknown}").status_code == 404


def test_a_role_shows_who_has_it_before_it_is_changed(workspace: Cast, visitor: Visitor) -> None:
    ROWS["Roles, Role: Add"].do(visitor)
    edit = visitor.open("/settings/roles/").follow("Reviewer").follow_in_page("Edit")
    assert "Nobody has this role yet." in edit.text
    for name in ("Rita Reed", "Ravi Rao", "Rob Roy", "Ruth Ray"):
        member = add_member(workspace.acme, "mis", person(name, f"{name.split()[1].lower()}@acme.example"))
        with acting_as(tenant_id=workspace.acme.pk):
            User.objects.filter(pk=member.pk).update(role=Role.objects.get(name="Reviewer"))
    visitor.open("/settings/roles/").follow("Reviewer")
    assert "rao@acme.example" in visitor.text
    visitor.follow_in_page("Edit")
    assert "4 people have this role: Ravi Rao, Rita Reed, Rob Roy and 1 more." in visitor.text
