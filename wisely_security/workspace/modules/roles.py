"""Roles: named sets of permissions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from audit_trail.registry import Module, audited
from wisely_security.core.text.folding import is_confusable, sort_key
from wisely_security.reports.filtering.parameters import listed
from wisely_security.tenancy.models import SUPER_ADMIN, Role, Tenant, User
from wisely_security.tenancy.permissions import all_permissions
from wisely_security.tenancy.views import menu

from ..pages.forms import Choices, RecordForm
from ..pages.resource_page import Column, Related, ResourcePage, register
from ..records.rights import above_denial_reason

if TYPE_CHECKING:
    from wisely_security.tenancy.views.access import MemberRequest

SHOWN_PEOPLE, NAMED_PEOPLE = 20, 3

MODULE = Module("roles", "Roles", record=("role", "Role"))
ADD = MODULE.action("add", "Add", "A role was added.")
EDIT = MODULE.action("edit", "Edit", "A role was edited.")
DELETE = MODULE.action("delete", "Delete", "A role was deleted.", direct=True)

audited(
    Role,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    untracked=["key", "second_factor_since"],
    labels={"permissions": lambda: [(each.key, f"{each.group}: {each.label}") for each in all_permissions()]},
)


def grouped_permissions(tenant: Tenant) -> list[tuple[str, list[tuple[str, str]]]]:
    """Those that mean anything in the tenant's edition."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in all_permissions():
        if each.only_in in {"", tenant.edition}:
            groups.setdefault(each.group, []).append((each.key, each.label))
    return sorted(groups.items(), key=lambda it: sort_key(it[0]))


def granted_permissions(role: Role) -> list[tuple[str, list[str]]]:
    """The labels of what the role gives, of that which means anything in its edition."""
    granted = role.granted()
    shown = [
        (group, [label for key, label in permissions if key in granted])
        for group, permissions in grouped_permissions(role.tenant)
    ]
    return [(group, labels) for group, labels in shown if labels]


class RoleForm(RecordForm):
    """What is ticked may be no more than what the person who ticks may do."""

    permissions = Choices(required=False, help_text="What people with this role can do.")

    class Meta:
        model = Role
        fields = ["name", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions: Any = self.fields["permissions"]
        permissions.choices = grouped_permissions(self.tenant)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if is_confusable(name, [SUPER_ADMIN]):
            raise ValidationError("This name is reserved for the Super Admin. Choose another one.", code="reserved")
        return name

    def clean_permissions(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["permissions"]
        beyond = set(chosen) - self.user.permission_keys - set(self.instance.permissions)
        if beyond:
            raise ValidationError("You can only grant permissions that you have yourself.", code="beyond_own_rights")
        return chosen


def _holders(role: Role) -> QuerySet[User]:
    """The Super Admin holds a position, not a role."""
    return User.objects.filter(tenant=role.tenant, role=role).exclude(pk=role.tenant.super_admin_id)


class Roles(ResourcePage):
    model = Role
    path = "roles"
    title = "Roles"
    singular = "role"
    description = "What people can do. Built-in roles are the same for every company; you can add your own."
    icon = "identification"
    menu = menu.PEOPLE
    locks_tenant = True
    form = RoleForm
    created, changed = ADD, EDIT
    search = ("name",)
    columns = (
        Column(label="Name", value=attrgetter("name"), sort="name"),
        Column(label="Kind", value=lambda it: "Built in" if it.key else "Your own", sort="key"),
        Column(label="Users", value=attrgetter("number_of_users"), sort="number_of_users"),
        Column(label="Permissions", value=lambda it: sum(len(labels) for _, labels in granted_permissions(it))),
    )

    def records(self, tenant: Tenant) -> QuerySet[Any]:
        holders = User.objects.filter(role=OuterRef("pk")).exclude(pk=OuterRef("tenant__super_admin"))
        users = holders.order_by().values("role")
        number = Coalesce(Subquery(users.annotate(number=Count("pk")).values("number")), 0)
        roles: QuerySet[Any] = super().records(tenant).select_related("tenant").annotate(number_of_users=number)
        return roles

    def details(self, record: Role) -> list[tuple[str, Any]]:
        shown = [(group, "\n".join(labels)) for group, labels in granted_permissions(record)]
        return [("Kind", "Built in" if record.key else "Your own"), *shown]

    def starters(self, request: MemberRequest) -> list[tuple[str, str]]:
        return [(str(role.pk), role.name) for role in Role.objects.filter(tenant=request.user.tenant)]

    def initial(self, request: MemberRequest) -> dict[str, Any]:
        """The permissions of the role in ``?from=``, as far as whoever adds one may grant them."""
        chosen = request.GET.get("from")
        if not chosen:
            return {}
        try:
            role = Role.objects.get(tenant=request.user.tenant, pk=chosen)
        except (Role.DoesNotExist, ValidationError):
            raise Http404 from None
        return {"permissions": sorted(role.granted() & request.user.permission_keys)}

    def pages(self, record: Role, user: User) -> list[tuple[str, str]]:
        may_add = user.may(self.edit_permission) and user.tenant_id == record.tenant_id
        return [("Add a role like this", f"{self.add_url()}?{urlencode({'from': record.pk})}")] if may_add else []

    def related(self, record: Role, user: User) -> list[Related]:
        if not user.may("users.view"):
            return []
        people = list(_holders(record)[: SHOWN_PEOPLE + 1])
        return [
            Related(
                title="People with this role",
                headings=("Name", "E-mail", "Status"),
                rows=[
                    (reverse("users_record", args=[each.pk]), (each.name, each.email, each.get_status_display()))
                    for each in people[:SHOWN_PEOPLE]
                ],
                all_url=f"{reverse('users')}?sort=role__name" if people[SHOWN_PEOPLE:] else "",
                empty="Nobody has this role.",
            )
        ]

    def edit_note(self, record: Role, user: User) -> str:
        people = _holders(record)
        number, names = people.count(), []
        if user.may("users.view"):
            names = [each.name for each in people[:NAMED_PEOPLE]]
        if not number:
            return "Nobody has this role yet."
        have = f"{number} person has" if number == 1 else f"{number} people have"
        more = [f"{number - len(names)} more"] if number > len(names) else []
        who = f": {listed(names + more, 'and')}" if names else ""
        return f"{have} this role{who}. Changes apply to them at once."

    def edit_denial_reason(self, record: Role, user: User) -> str:
        if record.key:
            return "Built-in roles can’t be changed. Add a role of your own."
        if user.role_id == record.pk:
            return "You can’t change your own role."
        return above_denial_reason(record, user)


register(Roles())
