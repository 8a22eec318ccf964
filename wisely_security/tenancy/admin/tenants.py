from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from wisely_security.database.fields import OneLineFormField

from ..forms.edit_form import EditForm
from ..forms.sign_in import validate_mailable
from ..models import Edition, Tenant, User, UserStatus
from ..models.display_names import validate_display_name
from ..models.time_zones import time_zone_choices
from ..sign_in import accounts
from ..support.model_admin import SupportAdmin
from .of_tenant import OfTenantAdmin


class NewTenantForm(EditForm):
    """A tenant and its Super Admin, who is invited: neither exists without the other."""

    super_admin_name = OneLineFormField(label="Super Admin’s name", max_length=150, validators=[validate_display_name])
    super_admin_email = forms.EmailField(
        label="Super Admin’s e-mail", max_length=254, help_text="The invitation is sent to this address."
    )
    super_admin_time_zone = forms.ChoiceField(label="Time zone", choices=time_zone_choices, initial="UTC")

    def clean_super_admin_email(self) -> str:
        email = str(self.cleaned_data["super_admin_email"]).lower()
        validate_mailable(email)
        return email

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.super_admin = User(
            name=data.get("super_admin_name", ""),
            email=data.get("super_admin_email", ""),
            time_zone=data.get("super_admin_time_zone", "UTC"),
            status=UserStatus.PENDING,
        )
        self.super_admin.set_unusable_password()
        if accounts.has_account_elsewhere(self.super_admin):
            self.add_error("super_admin_email", "This e-mail address is taken.")
        return data


class TenantForm(EditForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be = Q(status=UserStatus.ACTIVE) | Q(pk=self.instance.super_admin_id)
        self.fields["super_admin"] = forms.ModelChoiceField(
            User.objects.filter(may_be, tenant=self.instance.pk),
            label="Super Admin",
            empty_label=None,
            help_text="To hand over, choose another active user. The previous Super Admin keeps their role.",
        )


@admin.register(Tenant)
class TenantAdmin(SupportAdmin[Tenant]):
    list_display = ["name", "slug", "edition", "aggregator", "super_admin", "created_at"]
    list_select_related = ["aggregator", "super_admin"]
    list_filter = ["edition"]
    search_fields = ["name", "slug"]
    search_help_text = "Name or short name."

    def tenant_of(self, shown: Tenant) -> UUID:
        return shown.pk

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Never: its records would belong to nobody."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        if obj is None:
            return [
                (None, {"fields": ["name", "slug", "edition", "aggregator"]}),
                ("Super Admin", {"fields": ["super_admin_name", "super_admin_email", "super_admin_time_zone"]}),
            ]
        owned = ["aggregator"] if obj.edition == Edition.ENTERPRISE else []
        return [
            (None, {"fields": ["name", "slug", "edition", *owned, "super_admin", "created_at"]}),
            ("Sessions of its users", {"fields": ["session_idle_minutes", "session_max_hours"]}),
            ("Its records", {"fields": ["keep_months"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        return ["edition", "created_at"] if obj else []

    def get_form(self, request: HttpRequest, obj: Tenant | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = TenantForm if obj else NewTenantForm
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def page_context(self, request: HttpRequest, shown: Tenant) -> dict[str, Any]:
        return {"kept": list(self._what_it_has(request, shown))}

    def _what_it_has(self, request: HttpRequest, tenant: Tenant) -> Iterator[dict[str, str]]:
        """By kind, where it is listed and where it is added."""
        for model, of_tenant in self.admin_site._registry.items():
            if isinstance(of_tenant, OfTenantAdmin):
                opts = model._meta
                page, may_add = f"admin:{opts.app_label}_{opts.model_name}", of_tenant.has_add_permission(request)
                yield {
                    "kind": str(opts.verbose_name),
                    "kinds": str(opts.verbose_name_plural),
                    "url": reverse(f"{page}_changelist", query={"tenant": tenant.slug}),
                    "add_url": reverse(f"{page}_add", query={"tenant": tenant.pk}) if may_add else "",
                }

    def store(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        if change:
            super().store(request, obj, form, change)
            return
        created = accounts.create_tenant(
            obj.name, obj.slug, Edition(obj.edition), super_admin=form.super_admin, aggregator=obj.aggregator
        )
        obj.pk, obj.super_admin = created.pk, form.super_admin
        accounts.send_invitation(form.super_admin)
