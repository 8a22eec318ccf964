"""Pages that add, edit and act on records. Failures are recorded.

What is done runs in a transaction of its own that locks the record. Whatever stops it (no permission, no such record,
invalid input, a rule, the database, the mail server, a crash) rolls that transaction back, and is then recorded as a
Failure.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from audit_trail.recording import failures
from audit_trail.recording.failures import ConflictError, Failure, RefusedError
from audit_trail.registry import Action
from audit_trail.vocabulary import Code
from wisely_security.tenancy.forms import unsaved
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.sign_in.mail import NotSentError
from wisely_security.tenancy.views.access import AccessRefused, MissingPermission
from wisely_security.tenancy.views.factors.confirmation import ask_to_confirm

from .forms import record_version, refuse_if_changed
from .resource_page import CustomAction
from .viewing import SectionPage

STATUS = {
    Code.INVALID_INPUT: 400,
    Code.DUPLICATE: 400,
    Code.NO_PERMISSION: 403,
    Code.EMAIL_FAILED: 503,
}  # all else: 409


class InvalidInputError(Exception):
    """The form shows what is wrong."""


class ActionPage(SectionPage):
    """A page that performs an action. ``action``: the one that a failure is recorded as."""

    action: Action = cast(Action, None)
    changes = True
    restores_typed = True
    pk: UUID | None = None
    name = ""  # of the record, as it was before
    form: Any = None
    seen = ""  # version token, for pages without a form
    recorded = False  # the outcome is in the Audit Trail
    done_to: Any = None  # the record as it is afterwards; None where it is gone

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.pk = kwargs.get("pk")
        try:
            return super().dispatch(request, *args, **kwargs)
        except Exception as error:
            self.record_failure(failures.of_exception(error))
            if isinstance(error, AccessRefused):  # recorded here, so not in Login Activity as well
                raise MissingPermission(str(error), error.permission) from error
            raise

    def needed_permission(self) -> str:
        return self.resource_page.edit_permission

    def what_it_is(self) -> str:
        return str(self.action)

    def is_confirmed_first(self) -> bool:
        """Whether whoever does this has to have signed in a moment ago."""
        return False

    def record_failure(self, failure: Failure) -> None:
        """One Failure, also where showing it fails afterwards."""
        if not self.recorded:
            self.recorded = True
            self.tell_failure(self.action, failure, pk=self.pk, name=self.name)

    def get(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
        if self.is_confirmed_first() and (asked := ask_to_confirm(request)):
            return asked
        record = self.record(pk) if pk else None
        self.name = str(record or "")
        if refused := self.denial_reason(record):  # nobody has tried yet: no event
            messages.error(request, str(refused))
            return redirect(self.afterwards(record))
        self.form = self.make_form(record)
        unsaved.restore(request, self.form)
        return self.page(200)

    def post(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
        if self.is_confirmed_first() and (asked := ask_to_confirm(request)):
            return asked
        try:
            with transaction.atomic():
                outcome = self.act(pk)
            self.recorded = True
        except InvalidInputError:
            return self.failed(failures.of_form(self.form))
        except (RefusedError, DatabaseError, NotSentError) as error:
            failure = failures.of_exception(error, self.resource_page.model)
            if failure.code == Code.ERROR:
                raise
            if isinstance(error, ConflictError) and self.form is not None:
                self.form.look_again()
            return self.failed(failure, show=True)
        if isinstance(outcome, HttpResponseBase):
            return outcome
        messages.success(request, outcome)
        return redirect(self.afterwards(self.done_to))

    def act(self, pk: UUID | None) -> str | HttpResponse:
        """Lock, check, do. Raises InvalidInputError or RefusedError."""
        self.lock(pk)
        record = self.record(pk) if pk else None  # after the lock, with what belongs to it
        self.name = str(record or "")
        if refused := self.denial_reason(record):
            raise refused
        self.form = self.make_form(record)
        if self.form is not None and not self.form.is_valid():
            raise InvalidInputError
        return self.do(record)

    def lock(self, pk: UUID | None) -> None:
        """First the tenant, where rights are at stake; then the record. Nobody waits who only refers to them.

        Who acts is read again: their own rights may have gone while they waited.
        """
        request, resource_page = self.request, self.resource_page
        if resource_page.locks_tenant:
            Tenant.objects.select_for_update(no_key=True).get(pk=request.tenant.pk)
            actor = User.objects.select_related("tenant", "role").filter(pk=request.user.pk).first()
            if actor is None or not actor.may(self.permission):
                raise RefusedError("You no longer have permission to do this.", Code.NO_PERMISSION)
            request.user = actor
        if pk is not None:
            rows = resource_page.model._default_manager.filter(tenant=request.tenant).order_by()
            get_object_or_404(rows.select_for_update(no_key=True), pk=pk)

    def failed(self, failure: Failure, show: bool = False) -> HttpResponse:
        """Record the failure, and show the page again with what was typed."""
        status = STATUS.get(failure.code, 409)
        if show and self.form is None:
            messages.error(self.request, failure.reason)
        elif show and failure.code == Code.DUPLICATE and self.form.name_field in self.form.fields:
            self.form.add_error(self.form.name_field, ValidationError(failure.reason, code="unique"))
            failure = failures.of_form(self.form)  # worded as when the form itself finds it
        elif show:
            self.form.add_error(None, failure.reason)
        self.record_failure(failure)
        return self.page(status)

    def denial_reason(self, record: Any) -> RefusedError | None:
        """What keeps this from being done to this record, or keeps it from being done any more."""
        return None

    def make_form(self, record: Any) -> Any:
        """The form, empty (GET) or as it was sent; None where there is nothing to fill in."""
        raise NotImplementedError

    def do(self, record: Any) -> str | HttpResponse:
        """Perform it. Returns the message to show afterwards, or a page."""
        raise NotImplementedError

    def afterwards(self, record: Any) -> str:
        """The address to go on to."""
        raise NotImplementedError

    def page(self, status: int) -> HttpResponse:
        resource_page = self.resource_page
        context = {
            "resource_page": resource_page,
            "form": self.form,
            "name": self.name,
            "back_url": resource_page.url(self.pk) if self.pk else resource_page.list_url(),
            "back_label": self.name or resource_page.title,
            "seen": self.seen,
            **self.labels(),
        }
        return render(self.request, "workspace/form.html", context, status=status)

    def labels(self) -> dict[str, Any]:
        """Heading, description and button."""
        raise NotImplementedError

    def bound(self, form: Any, record: Any, **options: Any) -> Any:
        request = self.request
        data = request.POST if request.method == "POST" else None
        return form(data, instance=record, tenant=request.tenant, user=request.user, **options)


class AddPage(ActionPage):
    def is_confirmed_first(self) -> bool:
        return self.resource_page.confirms_adding

    def denial_reason(self, record: Any) -> RefusedError | None:
        if self.resource_page.single and self.resource_page.records(self.request.tenant).exists():
            return RefusedError(f"The {self.resource_page.singular} is already set up.", Code.DUPLICATE)
        return None

    def make_form(self, record: Any) -> Any:
        return self.bound(
            self.resource_page.add_form or self.resource_page.form,
            None,
            initial=self.resource_page.initial(self.request),
        )

    def do(self, record: Any) -> str | HttpResponse:
        outcome = self.resource_page.store(self.form, self.request)
        self.done_to = self.form.instance
        return outcome

    def afterwards(self, record: Any) -> str:
        return self.resource_page.url(record.pk) if record else self.resource_page.list_url()

    def labels(self) -> dict[str, Any]:
        return {
            "heading": f"{self.resource_page.add_label} {self.resource_page.singular}",
            "submit": self.resource_page.add_label,
            "starters": self.resource_page.starters(self.request),
            "started_from": self.request.GET.get("from", ""),
        }


class EditPage(ActionPage):
    note = ""

    def denial_reason(self, record: Any) -> RefusedError | None:
        reason = self.resource_page.edit_denial_reason(record, self.request.user)
        return RefusedError(reason) if reason else None

    def make_form(self, record: Any) -> Any:
        self.note = self.resource_page.edit_note(record, self.request.user)
        return self.bound(self.resource_page.form, record)

    def do(self, record: Any) -> str | HttpResponse:
        self.done_to = record
        return self.resource_page.store(self.form, self.request)

    def afterwards(self, record: Any) -> str:
        return self.resource_page.url(record.pk)

    def labels(self) -> dict[str, Any]:
        return {"heading": f"Edit {self.resource_page.singular}", "submit": "Save", "note": self.note}


class CustomActionPage(ActionPage):
    custom_action: CustomAction = cast(CustomAction, None)

    def is_confirmed_first(self) -> bool:
        return self.custom_action.confirmed

    def needed_permission(self) -> str:
        return self.custom_action.permission or self.resource_page.edit_permission

    def denial_reason(self, record: Any) -> RefusedError | None:
        reason = self.custom_action.denial_reason(record, self.request.user)
        return RefusedError(reason) if reason else None

    def make_form(self, record: Any) -> Any:
        self.seen = record_version(record)
        return self.bound(self.custom_action.form, record) if self.custom_action.form else None

    def do(self, record: Any) -> str | HttpResponse:
        if self.form is None:
            refuse_if_changed(record, self.request.POST.get("seen", ""), self.seen)
        self.done_to = None if self.custom_action.deletes else record
        return self.custom_action.do(record, self.form, self.request)

    def afterwards(self, record: Any) -> str:
        return self.resource_page.url(record.pk) if record else self.resource_page.list_url()

    def labels(self) -> dict[str, Any]:
        return {
            "heading": self.custom_action.label,
            "submit": self.custom_action.submit or self.custom_action.label,
            "confirm_text": self.custom_action.confirm_text,
            "danger": self.custom_action.danger,
        }
