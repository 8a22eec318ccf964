"""What the tests know of users."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.hashers import make_password

from tests.support.cast import Cast, add_member, person
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, User, UserStatus

from .declaration import ModuleData, Refused, Row, Sample, edited, gone, made


def set_up(cast: Cast) -> None:
    for role, name, status in (
        ("mis", "Ella Ellis", UserStatus.ACTIVE),
        ("mis", "Sam Stone", UserStatus.SUSPENDED),
        ("finance", "Ina Inoue", UserStatus.PENDING),
    ):
        member = person(name, f"{name.split()[0].lower()}@{cast.acme.slug}.example", status=status)
        if status == UserStatus.PENDING:
            member.password = make_password(None)
        add_member(cast.acme, role, member)


def user(cast: Cast, name: str) -> User:
    with acting_as(tenant_id=cast.acme.pk):
        return User.objects.select_related("tenant", "role").get(name=name)


SAMPLE = Sample(
    model=User,
    valid=lambda tenant, number: {
        "role": Role,
        "email": f"user{number}@made.example",
        "name": f"User {number}",
        "status": UserStatus.ACTIVE,
        "password": make_password(None),
    },
    name="name",
    edit=("name", "Noor O’Neill"),
    edit_in_sql="name",
    by_bob={"name": "Renamed by Bob"},
)

row = partial(Row, module="Users", sub_module="User", menu="Users", kind="user")
ROWS = [
    row(
        action="Made Admin",
        record="Ella Ellis",
        press="Make admin",
        resource="Ella Ellis",
        changes=[edited("Role", "MIS", "Admin")],
    ),
    row(
        action="Suspend",
        record="Ella Ellis",
        press="Suspend",
        resource="Ella Ellis",
        changes=[edited("Status", "Active", "Suspended")],
    ),
    row(
        action="Delete",
        record="Ella Ellis",
        press="Delete",
        resource="Ella Ellis",
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
    row(
        action="Edited",
        record="Ella Ellis",
        press="Edit",
        typed={"Name": "Ella Evans", "Role": "Finance"},
        invalid=Refused(
            {"Name": "Ella\u202esillE"},
            {
                "name": "Character 5 can’t be displayed: U+202E right-to-left override. "
                "Delete it, or retype the text by hand."
            },
        ),
        resource="Ella Evans",
        changes=[edited("Role", "MIS", "Finance"), edited("Name", "Ella Ellis", "Ella Evans")],
    ),
    row(
        action="Invite",
        press="Invite user",
        typed={"E-mail": "nora@acme.example", "Name": "Nora North", "Role": "Support"},
        invalid=Refused(
            {"E-mail": "nora", "Role": "Choose one"},
            {
                "email": "Enter a valid email address.",
                "role": "This field is required.",
            },
        ),
        taken=Refused({"E-mail": "BOB@acme.example"}, {"email": "This e-mail address is taken."}),
        resource="Nora North",
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
    row(
        action="Activate",
        record="Sam Stone",
        press="Activate",
        resource="Sam Stone",
        changes=[edited("Status", "Suspended", "Active")],
    ),
    row(
        action="Invite",
        record="Ina Inoue",
        press="Invite again",
        resource="Ina Inoue",
        changes=[],
    ),
    row(
        action="Made Admin",
        record="Ella Ellis",
        press="Make Super Admin",
        resource="Ella Ellis",
        changes=[edited("Super Admin", "Alice Adams", "Ella Ellis")],
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
