from __future__ import annotations

from .row import Row, edited, made, members

ACTION_MATRIX = [
    Row(
        module="Business Group",
        sub_module="Group",
        action="Add",
        menu="Business groups",
        press="Add business group",
        typed={"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams", "Users": ["Alice Adams"]},
        resource="Support",
        kind="businessgroup",
        changes=[
            *made({"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams"}),
            members("Users", added=["Alice Adams"]),
        ],
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Edit",
        menu="Business groups",
        record="Finance",
        press="Edit",
        typed={"Name": "Finance and tax", "Users": ["Alice Adams"]},
        resource="Finance and tax",
        kind="businessgroup",
        changes=[edited("Name", "Finance", "Finance and tax"), members("Users", added=["Alice Adams"])],
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Notify business group owner",
        menu="Business groups",
        record="Sales",
        press="Edit",
        typed={"Name": "Sales North"},
        resource="Sales North",
        kind="businessgroup",
        changes=[members("Recipients", added=["Bob Brown"])],
        mailed=True,
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Notify assigned users",
        menu="Business groups",
        record="Finance",
        press="Edit",
        typed={"Users": ["Bob Brown", "Ella Ellis"]},
        resource="Finance",
        kind="businessgroup",
        changes=[members("Recipients", added=["Bob Brown", "Ella Ellis"])],
        mailed=True,
    ),
]
