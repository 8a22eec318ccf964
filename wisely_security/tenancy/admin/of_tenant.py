"""What belongs to a tenant: added from the tenant's page, and listed for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ..models import Tenant
from ..sign_in import signals
from ..support.model_admin import M, SupportAdmin, SupportChangeList


class ChosenTenant(admin.SimpleListFilter):
    """The tenant whose page led here. Shown only then: a list of all tenants is never loaded."""

    title = "tenant"
    parameter_name = "tenant"
    tenant: Tenant | None = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = self.value()
        if not chosen:
            return []
        self.tenant = Tenant.objects.filter(slug=chosen).first()
        return [(chosen, str(self.tenant or chosen))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tenant__slug=self.value()) if self.value() else queryset


class OfTenantList(SupportChangeList):
    def looked_for(self) -> UUID | None:
        chosen = (spec.tenant for spec in self.filter_specs if isinstance(spec, ChosenTenant))
        return next((tenant.pk for tenant in chosen if tenant), None)


class OfTenantAdmin(SupportAdmin[M]):
    """A ModelAdmin of what has a ``tenant``. It is added with ``?tenant=<id>``, which the tenant's page gives."""

    def tenant_of(self, shown: Any) -> UUID | None:
        tenant_id: UUID | None = shown.tenant_id
        return tenant_id

    def tenant_for_new(self, request: HttpRequest) -> UUID | None:
        tenant = chosen_tenant(request)
        return tenant.pk if tenant else None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OfTenantList]:
        return OfTenantList

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tenant = chosen_tenant(request)
        if tenant is None:
            messages.info(request, "Choose a tenant first, then add the record from its page.")
            return redirect("admin:tenancy_tenant_changelist")
        subtitle = {"subtitle": f"{tenant} ({tenant.get_edition_display()})"}
        return super().add_view(request, form_url, {**(extra_context or {}), **subtitle})

    def tell_adding(self, request: HttpRequest) -> None:
        """The page shows the tenant's name and, for a user, its roles."""
        tenant = chosen_tenant(request)
        if tenant is not None:
            detail = {"filters": {"To be added": str(self.opts.verbose_name)}}
            signals.settings_viewed.send(
                type(self), user=request.user, tenant_id=tenant.pk, area=self.area, detail=detail
            )


def chosen_tenant(request: HttpRequest) -> Tenant | None:
    try:
        return Tenant.objects.select_related("super_admin").get(pk=request.GET.get("tenant", ""))
    except (Tenant.DoesNotExist, ValidationError):
        return None
