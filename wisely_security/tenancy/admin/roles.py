from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from wisely_security.core.text.folding import is_confusable, sort_key

from ..forms.edit_form import EditForm
from ..models import SUPER_ADMIN, Role, User
from ..permissions import all_permissions
from .of_tenant import ChosenTenant, OfTenantAdmin, chosen_tenant


def permission_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every declared permission, by group."""
    ordered = sorted(all_permissions(), key=lambda permission: sort_key(permission.group))
    return [
        (group, [(permission.key, permission.label) for permission in members])
        for group, members in groupby(ordered, key=lambda permission: permission.group)
    ]


class RoleForm(EditForm):
    permissions = forms.MultipleChoiceField(
        choices=permission_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if is_confusable(name, [SUPER_ADMIN]):
            raise ValidationError("Super Admin isn’t a role. The tenant’s page shows who holds it.")
        others = Role.objects.filter(tenant=self.instance.tenant_id).exclude(pk=self.instance.pk)
        if is_confusable(name, others.values_list("name", flat=True)):
            raise ValidationError("A role with this name already exists.", code="unique")
        return name


@admin.register(Role)
class RoleAdmin(OfTenantAdmin[Role]):
    """Built-in roles can only be viewed: their permissions are declared in the code."""

    list_display = ["name", "tenant", "is_built_in"]
    list_select_related = ["tenant"]
    list_filter = [ChosenTenant]
    search_fields = ["name", "tenant__name", "tenant__slug"]
    search_help_text = "Name of the role or of its tenant."

    def get_fields(self, request: HttpRequest, obj: Role | None = None) -> Any:
        if obj is None:
            return ["name", "permissions"]
        return ["tenant", "name", "granted" if obj.key else "permissions"]

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> list[str]:
        return ["tenant", "granted"] if obj else []

    def get_form(self, request: HttpRequest, obj: Role | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = RoleForm if obj else type("NewRoleForm", (_NewRoleForm,), {"tenant": chosen_tenant(request)})
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.key)

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Of a tenant's own, and only while nobody has it."""
        return super().has_delete_permission(request, obj) and not (obj and obj.key)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Whoever has the role stands in the way, and is named on the page that refuses."""
        holders = [str(user) for user in User.objects.filter(role__in=objs)]
        return [str(role) for role in objs], {"roles": len(objs)}, set(), holders

    @admin.display(description="built-in", boolean=True)
    def is_built_in(self, role: Role) -> bool:
        return bool(role.key)

    @admin.display(description="permissions", empty_value="None")
    def granted(self, role: Role) -> str | None:
        granted = role.granted()
        return ", ".join(each.label for each in all_permissions() if each.key in granted) or None


class _NewRoleForm(RoleForm):
    tenant: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.tenant = self.tenant
