from __future__ import annotations

from .row import Row, edited, gone, made

ACTION_MATRIX = [
    Row(
        module="Users",
        sub_module="User",
        action="Made Admin",
        menu="Users",
        record="Ella Ellis",
        press="Make admin",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Role", "MIS", "Admin")],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Suspend",
        menu="Users",
        record="Ella Ellis",
        press="Suspend",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Status", "Active", "Suspended")],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Delete",
        menu="Users",
        record="Ella Ellis",
        press="Delete",
        resource="Ella Ellis",
        kind="user",
        changes=[
            *gone(
                {
                    "Role": "MIS",
                    "E-mail": "ella@acme.example",
                    "Name": "Ella Ellis",
                    "Status": "Active",
                    "Time zone": "UTC",
                }
            ),
        ],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Edited",
        menu="Users",
        record="Ella Ellis",
        press="Edit",
        typed={"Name": "Ella Evans", "Role": "Finance"},
        resource="Ella Evans",
        kind="user",
        changes=[edited("Role", "MIS", "Finance"), edited("Name", "Ella Ellis", "Ella Evans")],
    ),
]
BEYOND_THE_TABLE = [
    Row(
        module="Users",
        sub_module="User",
        action="Invite",
        menu="Users",
        press="Invite user",
        typed={"E-mail": "nora@acme.example", "Name": "Nora North", "Role": "Support"},
        resource="Nora North",
        kind="user",
        changes=[
            *made(
                {
                    "Role": "Support",
                    "E-mail": "nora@acme.example",
                    "Name": "Nora North",
                    "Status": "Invited",
                    "Time zone": "Asia/Kolkata",
                }
            ),
        ],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Activate",
        menu="Users",
        record="Sam Stone",
        press="Activate",
        resource="Sam Stone",
        kind="user",
        changes=[edited("Status", "Suspended", "Active")],
    ),
]
# Other ways to the same actions.
OTHER_WAYS = [
    Row(
        module="Users",
        sub_module="User",
        action="Invite",
        menu="Users",
        record="Ina Inoue",
        press="Invite again",
        resource="Ina Inoue",
        kind="user",
        changes=[],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Made Admin",
        menu="Users",
        record="Ella Ellis",
        press="Make Super Admin",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Super Admin", "Alice Adams", "Ella Ellis")],
    ),
]
