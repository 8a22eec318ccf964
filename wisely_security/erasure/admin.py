"""Requests to erase a person, in Django admin: one member of support asks, another confirms, and the nightly command
erases. Each step is an event of the tenant's Audit Trail."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports.pages.time_limit import SearchTooLongError, time_limit
from wisely_security.tenancy.admin.of_tenant import ChosenTenant, OfTenantAdmin, chosen_tenant
from wisely_security.tenancy.forms.edit_form import EditForm
from wisely_security.tenancy.models import Tenant, User

from . import people, work
from .models import ErasureRequest
from .recording import CONFIRM, REQUEST, WITHDRAW, record_step

LONGEST_COUNT = 5  # seconds


class RequestForm(EditForm):
    """``tenant`` and ``person``: whose page led here; ``person`` None: an address that no account has any more."""

    tenant: Tenant
    person: User | None

    typed = forms.CharField(label="Type the address again", help_text="This cannot be undone.")
    also = forms.CharField(
        label="Also known by",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Phone numbers, other names: one per line. Former names and addresses are found by themselves.",
    )

    class Meta:
        model = ErasureRequest
        fields = ["email", "reference"]
        help_texts = {"reference": "Why: the number of the person’s request, without names. The Audit Trail shows it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].label = "E-mail address of the person"
        if self.person:
            self.fields["email"].initial = self.person.email
            self.fields["email"].disabled = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["email"] = email = data.get("email", "").strip().lower()
        data["names"] = [line.strip() for line in data.get("also", "").splitlines() if line.strip()]
        if data.get("typed", "").strip().lower() != email:
            self.add_error("typed", "This isn’t the address of the person.")
        who = people.identify(
            self.tenant, email=email, user=self.person.pk if self.person else None, names=data["names"]
        )
        if who.names_in([data.get("reference", "")]):
            self.add_error("reference", "The reference stays: leave out names and addresses.")
        same = ErasureRequest.objects.filter(tenant=self.tenant, email=email, finished_at=None, withdrawn_at=None)
        if email and same.exists():
            raise ValidationError("Someone has already requested this.", code="unique")
        return data


@admin.register(ErasureRequest)
class ErasureRequestAdmin(OfTenantAdmin[ErasureRequest]):
    list_display = ("__str__", "tenant", "state", "reference", "requested_by_name", "requested_at", "events")
    list_select_related = ("tenant",)
    list_filter = (ChosenTenant,)
    search_fields = ("email", "reference", "tenant__name")
    search_help_text = "E-mail address, reference, or name of the tenant."

    def has_change_permission(self, request: HttpRequest, obj: ErasureRequest | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ErasureRequest | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: ErasureRequest | None = None) -> Any:
        if obj is None:
            return ["email", "typed", "also", "reference"]
        by = ["requested_by_name", "requested_at", "confirmed_by_name", "confirmed_at"]
        return ["tenant", "email", "names", "reference", "state", *by, "finished_at", "events"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            special = {"tenant": chosen_tenant(request), "person": _chosen_person(request)}
            kwargs["form"] = type("ThisRequestForm", (RequestForm,), special)
        return super().get_form(request, obj, change, **kwargs)

    def recorded_fields(self, form: Any, change: bool) -> list[str]:
        """The Audit Trail records the request."""
        return []

    def save_model(self, request: HttpRequest, obj: ErasureRequest, form: Any, change: bool) -> None:
        person, acting = form.person, cast(User, request.user)
        obj.tenant, obj.user, obj.names = form.tenant, person and person.pk, form.cleaned_data["names"]
        obj.email = form.cleaned_data["email"]
        obj.requested_by, obj.requested_by_name = acting.pk, acting.name
        obj.save()
        _record(REQUEST, obj)

    # What goes, on both pages

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tenant, person = chosen_tenant(request), _chosen_person(request)
        if tenant and person:
            who = people.identify(tenant, user=person.pk)
            extra_context = {**(extra_context or {}), "plan": _plan(who, tenant), "title": f"Erase {person}"}
        return super().add_view(request, form_url, extra_context)

    def page_context(self, request: HttpRequest, shown: ErasureRequest) -> dict[str, Any]:
        is_own = shown.requested_by == cast(User, request.user).pk
        return {
            "plan": _plan(work.person_of(shown), shown.tenant) if shown.is_open else None,
            "may_confirm": shown.is_open and not shown.confirmed_at and not is_own,
            "waits_for_another": shown.is_open and not shown.confirmed_at and is_own,
            "may_withdraw": shown.is_open,
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/confirm/", view(self.confirm), name="erasure_erasurerequest_confirm"),
            path("<uuid:pk>/withdraw/", view(self.withdraw), name="erasure_erasurerequest_withdraw"),
            *super().get_urls(),
        ]

    def confirm(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return _confirm(request, pk)

    def withdraw(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return _withdraw(request, pk)


@require_POST
def _confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By somebody else than who asked. The database refuses the same person, too."""
    shown, acting = get_object_or_404(ErasureRequest.objects.select_related("tenant"), pk=pk), cast(User, request.user)
    if shown.requested_by == acting.pk:
        raise PermissionDenied("Another member of support has to confirm what you have requested.")
    found = work.plan(work.person_of(shown), shown.tenant, counted=False)
    if found.obstacles:
        messages.error(request, " ".join(found.obstacles))
    elif ErasureRequest.objects.filter(pk=pk, confirmed_at=None, withdrawn_at=None).update(
        confirmed_by=acting.pk, confirmed_by_name=acting.name, confirmed_at=Now()
    ):
        _record(CONFIRM, shown)
        messages.success(request, "Confirmed. The person is erased with the next nightly run.")
    else:
        messages.info(request, "This was confirmed or withdrawn already.")
    return redirect("admin:erasure_erasurerequest_change", pk)


@require_POST
def _withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(ErasureRequest.objects.select_related("tenant"), pk=pk)
    if ErasureRequest.objects.filter(pk=pk, finished_at=None, withdrawn_at=None).update(withdrawn_at=Now()):
        _record(WITHDRAW, shown)
        messages.success(request, "Withdrawn. Nothing is erased.")
    else:
        messages.info(request, "This was erased or withdrawn already.")
    return redirect("admin:erasure_erasurerequest_change", pk)


def _record(action: Any, shown: ErasureRequest) -> None:
    changes = [{"field": "reference", "label": "Reference", "after": shown.reference}]
    record_step(action, shown.tenant_id or NO_TENANT, str(shown), changes, shown.user)


def _chosen_person(request: HttpRequest) -> User | None:
    try:
        return User.objects.filter(pk=request.GET.get("user", ""), tenant=chosen_tenant(request)).first()
    except ValidationError:
        return None


def _plan(person: Any, tenant: Tenant | None) -> work.Plan:
    try:
        with time_limit(LONGEST_COUNT):
            return work.plan(person, tenant)
    except SearchTooLongError:
        return work.plan(person, tenant, counted=False)
