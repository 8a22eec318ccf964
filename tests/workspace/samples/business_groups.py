"""What the tests know of business groups and who is in them."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, made, members
from .making import make


def set_up(cast: Cast) -> None:
    make(BusinessGroup, cast.acme, name="Sales", owner_id=cast.bob.pk)
    make(BusinessGroup, cast.acme, name="Finance", owner_id=cast.alice.pk)


GROUP = Sample(
    model=BusinessGroup,
    valid=lambda tenant, number: {"name": f"Group {number}", "owner_id": tenant.super_admin_id},
    name="name",
    edit=("description", "North of the river"),
    edit_in_sql="description",
    by_bob={"description": "By Bob"},
    support=Support(
        adds={"name": "Sales", "owner": User, "users": [User]},
        edits={"description": "New"},
        wrong={"name": ""},
        unique="name",
    ),
)

MEMBERSHIP = Sample(
    model=BusinessGroupUser,
    valid=lambda tenant, number: {"group": BusinessGroup, "user": User},
)

row = partial(Row, module="Business Group", sub_module="Group", menu="Business groups", kind="businessgroup")
ROWS = [
    row(
        action="Add",
        press="Add business group",
        typed={"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams", "Users": ["Alice Adams"]},
        invalid=Refused(
            {"Name": "", "Description": "x" * 301},
            {
                "name": "This field is required.",
                "description": "Ensure this value has at most 300 characters (it has 301).",
            },
        ),
        taken=Refused({"Name": "Sales"}, {"name": "A business group with this name already exists."}),
        resource="Support",
        changes=[
            *made({"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams"}),
            members("Users", added=["Alice Adams"]),
        ],
    ),
    row(
        action="Edit",
        record="Finance",
        press="Edit",
        typed={"Name": "Finance and tax", "Users": ["Alice Adams"]},
        invalid=Refused({"Name": " "}, {"name": "This field is required."}),
        taken=Refused(
            {"Name": "ＳＡＬＥＳ"},
            {"name": "A business group with this name already exists."},
        ),
        resource="Finance and tax",
        changes=[edited("Name", "Finance", "Finance and tax"), members("Users", added=["Alice Adams"])],
    ),
    row(
        action="Notify business group owner",
        record="Sales",
        press="Edit",
        typed={"Name": "Sales North"},
        resource="Sales North",
        changes=[members("Recipients", added=["Bob Brown"])],
        mailed=True,
    ),
    row(
        action="Notify assigned users",
        record="Finance",
        press="Edit",
        typed={"Users": ["Bob Brown", "Ella Ellis"]},
        resource="Finance",
        changes=[members("Recipients", added=["Bob Brown", "Ella Ellis"])],
        mailed=True,
    ),
]

DATA = ModuleData(set_up=set_up, samples=[GROUP, MEMBERSHIP], rows=ROWS)
