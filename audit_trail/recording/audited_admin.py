"""Django admin of audited models: triggers record the changes that are stored, this records the failed ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from wisely_security.ledger.models import NO_TENANT, time_of
from wisely_security.reports.filtering.support_filters import NO_TENANT_TYPED
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.support.model_admin import M, SupportAdmin

from ..registry import Action, Audited, audited_as
from ..vocabulary import Code
from . import failures, recorder
from .failures import Failure

EVENTS = "admin:audit_trail_auditevent_changelist"


def audited_admin(model: type[Model], admin_class: type[SupportAdmin[Any]]) -> type[SupportAdmin[Any]]:
    """The ModelAdmin for ``model``, with AuditedAdmin mixed in if the model is audited."""
    if audited_as(model) is None:
        return admin_class
    return type(admin_class.__name__, (AuditedAdmin, admin_class), {"__module__": admin_class.__module__})


class AuditedAdmin(SupportAdmin[M]):
    """The Audit Trail records additions, edits and deletions; Login Activity records views.

    A change runs in a transaction of its own that has locked the record. Whatever stops it (no permission, invalid
    input, a concurrent change, the database, the mail server, a crash) rolls that transaction back, and is then
    recorded as a Failure. A model may be audited in part (a tenant: its Super Admin); Login Activity records the rest.
    """

    @property
    def declared(self) -> Audited:
        return cast(Audited, audited_as(self.model))

    @property
    def in_part(self) -> bool:
        return self.declared.created is None

    @transaction.non_atomic_requests
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = partial(super().add_view, request, form_url, extra_context)
        return self._attempt(request, view, None, lambda form: self.declared.created)

    @transaction.non_atomic_requests
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = partial(super().change_view, request, object_id, form_url, extra_context)
        return self._attempt(request, view, object_id, self._edit)

    @transaction.non_atomic_requests
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = partial(super().delete_view, request, object_id, extra_context)
        return self._attempt(request, view, object_id, lambda form: self.declared.deleted)

    def _attempt(
        self,
        request: HttpRequest,
        view: Callable[[], HttpResponse],
        object_id: str | None,
        action_of: Callable[[Any], Action | None],
    ) -> HttpResponse:
        """``action_of``: the attempted action, given the submitted form, or None if there was no form."""
        before: M | None = None

        def run() -> HttpResponse:
            nonlocal before
            with transaction.atomic():
                before = self._locked(object_id) if object_id and request.method == "POST" else None
                return view()

        if request.method != "POST":
            return run()
        try:
            try:
                response = run()
            except IntegrityError:  # a concurrent change; its row exists now, so the page can name the conflict
                response = run()
        except Exception as error:
            failure = _of_error(error, self.model)
            self._record_failure(request, action_of(getattr(request, "valid_form", None)), before, failure)
            if failure.code in {Code.ERROR, Code.NO_PERMISSION}:
                raise
            messages.error(request, f"Nothing was saved. {failure.reason}")
            return redirect(request.get_full_path())
        refused, form = _refusal(response)
        if refused:
            self._record_failure(request, action_of(form), before, refused)
        return response

    def _locked(self, object_id: str) -> M | None:
        """The record before the change, locked until the transaction ends."""
        try:
            return self.model._default_manager.select_for_update(no_key=True).filter(pk=unquote(object_id)).first()
        except (ValidationError, ValueError):
            return None

    def _edit(self, form: Any) -> Action | None:
        """The action that the changed fields amount to: their transition if they share one, else the edit."""
        followed = [name for name in (form.changed_data if form else ()) if name not in self.declared.untracked]
        if not followed and self.in_part:
            return None
        actions = {self._edit_of(name, str(form[name].data)) for name in followed}
        return actions.pop() if len(actions) == 1 else self.declared.changed

    def _edit_of(self, name: str, value: str) -> Action:
        for when in self.declared.transitions:
            if when.field == name and not when.where and (not when.to or value in map(str, when.to)):
                return when.action
        return self.declared.changed

    def _record_failure(self, request: HttpRequest, action: Action | None, before: M | None, failure: Failure) -> None:
        tenant_id = self.tenant_of(before) or NO_TENANT if before else self.tenant_for_new(request)
        if action is None or tenant_id is None:
            return
        resource = recorder.Resource(type=self.declared.key)
        if before:
            column = self.declared.resource_column
            about = before if column == "id" else getattr(before, column)
            resource = replace(resource, id=about.pk, name=str(about))
        recorder.record_failure(action, failure, tenant_id=tenant_id, resource=resource)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        request.valid_form = form  # type: ignore[attr-defined]
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Check deferred constraints before the page reports success."""
        super().save_related(request, form, formsets, change)
        connection.check_constraints()

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        super().delete_model(request, obj)
        connection.check_constraints()

    # What Login Activity records of changes: the fields that the Audit Trail does not track

    def recorded_fields(self, form: Any, change: bool) -> list[str]:
        if not change:
            return super().recorded_fields(form, change) if self.in_part else []
        return [name for name in super().recorded_fields(form, change) if name in self.declared.untracked]

    def record_deletion(self, request: HttpRequest, deleted: M) -> None:
        if self.declared.deleted is None:
            super().record_deletion(request, deleted)

    def record_refusal(self, request: HttpRequest, kept: M, form: Any) -> None:
        if self._edit(form) is None:
            super().record_refusal(request, kept, form)

    # History

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirects to all events of the record. That page records the view."""
        shown = None if self.in_part else self.get_object(request, unquote(object_id))
        if shown is None:
            return super().history_view(request, object_id, extra_context)
        slugs = Tenant.objects.filter(pk=self.tenant_of(shown) or NO_TENANT).values_list("slug", flat=True)
        made = timezone.localtime(getattr(shown, "created_at", time_of(shown.pk))).date()
        query = {"tenant": slugs.first() or NO_TENANT_TYPED, "q": shown.pk, "period": "custom", "from": made}
        return redirect(reverse(EVENTS, query=query))


def _of_error(error: Exception, model: type[Model]) -> Failure:
    if isinstance(error, PermissionDenied) and not str(error):
        return Failure(Code.NO_PERMISSION, "Support staff can’t do this.")
    return failures.of_exception(error, model)


def _refusal(response: Any) -> tuple[Failure | None, Any]:
    """The failure that a redisplayed page shows, and its form."""
    context = getattr(response, "context_data", None) or {}
    if "adminform" in context:
        form = context["adminform"].form
        return failures.of_form(form), form
    if context.get("protected"):
        return failures.in_use([strip_tags(str(each)) for each in context["protected"]]), None
    return None, None
