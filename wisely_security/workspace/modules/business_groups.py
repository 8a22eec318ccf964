"""Business groups: a name, one owner, and the users who work in it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django import forms
from django.db import models
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from audit_trail.registry import M2MAudit, Module, audited
from wisely_security.core.text.folding import sort_key
from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant, User

from ..outbox import kinds, notifications
from ..outbox.models import Kind
from ..pages.forms import RecordForm
from ..pages.resource_page import Column, ResourcePage, register
from ..records.record import CurrentTenant, Record

MODULE = Module("business_group", "Business Group", record=("group", "Group"))
ADD = MODULE.action("add", "Add", "A group was added.")
EDIT = MODULE.action("edit", "Edit", "A group was edited.")
NOTIFY_OWNER = MODULE.action(
    "notify_owner", "Notify business group owner", "The owner was notified of changes by e-mail."
)
NOTIFY_USERS = MODULE.action(
    "notify_users", "Notify assigned users", "Users added to or removed from the group were notified by e-mail."
)
DELETE = MODULE.action("delete", "Delete", "A group was deleted.", direct=True)


class BusinessGroup(Record):
    name = OneLineField(max_length=100)
    description = OneLineField(max_length=300, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_groups")
    users = models.ManyToManyField(User, through="BusinessGroupUser", related_name="business_groups", blank=True)

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "business group"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="business_group_name_unique",
                violation_error_message="A business group with this name already exists.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BusinessGroupUser(models.Model):
    """A user who works in a group."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_default=CurrentTenant())
    group = models.ForeignKey(BusinessGroup, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="group_memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "group", "user"], name="business_group_user_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


audited(
    BusinessGroup,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    untracked=["created_at"],
    members=(M2MAudit(through=BusinessGroupUser, record="group", member="user", label="Users"),),
)

for _kind, _template, _action in (
    (Kind.OWNER, "group_owner", NOTIFY_OWNER),
    (Kind.USERS, "group_users", NOTIFY_USERS),
):
    kinds.declare(_kind, kinds.MailKind(template=_template, action=_action, model=BusinessGroup))


class GroupForm(RecordForm):
    class Meta:
        model = BusinessGroup
        fields = ["name", "description", "owner", "users"]
        widgets = {"users": forms.CheckboxSelectMultiple}


class BusinessGroups(ResourcePage):
    model = BusinessGroup
    path = "business-groups"
    title = "Business groups"
    singular = "business group"
    description = "Who works together, and who is responsible. The owner and users are notified of changes by e-mail."
    icon = "user-group"
    form = GroupForm
    created, changed = ADD, EDIT
    search = ("name", "description", "owner__name")
    search_hint = "Name or owner"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("description"), sort="name"),
        Column(label="Owner", value=attrgetter("owner"), sort="owner__name"),
        Column(label="Users", value=attrgetter("number_of_users"), sort="number_of_users"),
    )
    granted_to = ("business", "sales", "pmo")
    empty = "A business group brings together the people who send messages for one part of the company."

    def records(self, tenant: Tenant) -> QuerySet[Any]:
        members = BusinessGroupUser.objects.filter(group=OuterRef("pk")).order_by().values("group")
        number = Coalesce(Subquery(members.annotate(number=Count("pk")).values("number")), 0)
        groups = super().records(tenant).select_related("owner")
        counted: QuerySet[Any] = groups.annotate(number_of_users=number)
        return counted

    def details(self, record: BusinessGroup) -> list[tuple[str, Any]]:
        names = ", ".join(user.name for user in record.users.all())
        return [("Name", record.name), ("Description", record.description), ("Owner", record.owner), ("Users", names)]

    def store(self, form: Any, request: HttpRequest) -> str:
        def by_name(user: User) -> tuple[str, str]:
            return sort_key(user.name)

        people = User.objects.select_related("tenant", "role")
        before = set() if form.is_new else set(people.filter(business_groups=form.instance))
        owner_before = None if form.is_new else people.get(pk=form.initial["owner"])
        message = super().store(form, request)
        after = set(people.filter(business_groups=form.instance))
        changed = [str(form[name].label) for name in form.changed_data if name not in {"users", "seen"}]
        if form.is_new or changed or before != after:
            notifications.group_changed(
                form.instance,
                owner=form.instance.owner,
                created=form.is_new,
                changed=changed,
                added=sorted(after - before, key=by_name),
                removed=sorted(before - after, key=by_name),
                former_owner=owner_before if owner_before != form.instance.owner else None,
            )
        return str(message)


register(BusinessGroups())
