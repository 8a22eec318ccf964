"""Saving the present filters, editing and deleting a view. Each is recorded in the Audit Trail, refused or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from audit_trail.recording import failures
from audit_trail.recording.recorder import Resource, record_failure
from audit_trail.registry import Action
from audit_trail.vocabulary import Code
from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions import unusual
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.views.access import AccessRefused, MemberView

from ..audited import DELETE_VIEW, EDIT_VIEW, SAVE_VIEW
from ..models import SavedView
from .forms import SavedViewForm
from .parameters import REPORTS, errors_of, filters_of, from_filters, in_words, to_query, to_url

STATUS = {Code.INVALID_INPUT: 400, Code.DUPLICATE: 400}  # all else: 409


def may_share(user: User, report: Report) -> bool:
    """Who may hand out what a record holds may also choose views of it for others."""
    return user.may(report.download_permission)


def menu_context(request: Any, report: Report, query: str) -> dict[str, Any]:
    """What the menu needs to save these filters."""
    is_own_tenant = request.tenant == request.user.tenant
    return {
        "report": report,
        "query": query,
        "may_save": is_own_tenant,
        "may_share": is_own_tenant and may_share(request.user, report),
    }


class SavedViews(MemberView):
    """Those that a person sees, of one record or of both. A script takes the list alone, for the menu of the page on
    which it runs: the filters to save are those of its address."""

    area = "Saved views"

    def get(self, request: HttpRequest) -> HttpResponse:
        user, tenant = self.request.user, self.request.tenant
        chosen = request.GET.get("record")
        if chosen and chosen not in REPORTS:
            raise Http404
        reports = [REPORTS[chosen]] if chosen else list(REPORTS.values())
        reports = [report for report in reports if user.may(report.view_permission)]
        if not reports:
            raise AccessRefused(self.area)
        found = SavedView.objects.filter(tenant=tenant, record__in=[each.key for each in reports]).visible_to(user)
        query, views = self._query(), list(found)
        records = [
            {**menu_context(self.request, report, query), "views": list(_listed(views, report, tenant, query))}
            for report in reports
        ]
        if chosen and self.request.htmx:
            return render(request, "scheduled_reports/menu_panel.html", records[0])
        return render(request, "scheduled_reports/views.html", {"records": records})

    def _query(self) -> str:
        """Of the address of the page on which a script runs; "" where what it says is no address."""
        with suppress(ValueError):
            return urlsplit(getattr(self.request.htmx, "current_url", None) or "").query
        return ""


def _listed(views: list[SavedView], report: Report, tenant: Tenant, query: str) -> Iterator[dict[str, Any]]:
    parameters = from_filters(filters_of(report, tenant.pk, QueryDict(query)))
    for view in views:
        if view.record == report.key:
            url = to_url(report.path(tenant), view.parameters)
            yield {"view": view, "url": url, "is_current": view.parameters == parameters}


class _ViewPage(MemberView):
    """For whoever may view the record. Outside the request's transaction: what is refused is recorded after it was
    rolled back."""

    area = "Saved views"
    changes = True
    action = EDIT_VIEW
    saved: SavedView
    name = ""  # as it was before
    report: Report

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or request.tenant is None:
            return super().dispatch(request, *args, **kwargs)
        try:
            self.saved = self.find(**kwargs)
            self.name = self.saved.name
            self.report = REPORTS[self.saved.record]
            self.permission = self.report.view_permission
            return super().dispatch(request, *args, **kwargs)
        except (PermissionDenied, Http404) as error:
            self.record_failure(failures.of_exception(error), kwargs.get("pk"))
            if isinstance(error, PermissionDenied):  # recorded here, so not in Login Activity as well
                raise PermissionDenied(str(error)) from error
            raise

    def find(self, pk: UUID) -> SavedView:
        """Another person's own view is not found, like one of another tenant."""
        views = SavedView.objects.visible_to(self.request.user).select_related("tenant")
        return get_object_or_404(views, tenant=self.request.tenant, pk=pk)

    def refuse_unless_theirs(self, wants_to_share: bool = False) -> None:
        if (self.saved.is_shared or wants_to_share) and not may_share(self.request.user, self.report):
            raise AccessRefused(
                self.area,
                f"Shared views can be changed by people who may download {self.report.title}.",
            )

    def form(self, data: QueryDict | None = None) -> SavedViewForm:
        return SavedViewForm(
            data,
            instance=self.saved,
            user=self.request.user,
            may_share=may_share(self.request.user, self.report),
        )

    def store(self, form: SavedViewForm) -> bool:
        """Whether it was saved. Somebody else may take the name at the same moment: the database says so."""
        if not form.is_valid():
            return False
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError as error:
            failure = failures.of_exception(error, SavedView)
            if failure.code != Code.DUPLICATE:
                raise
            form.add_error("name", failure.reason)
            return False
        return True

    def url(self) -> str:
        """The record's page with the filters of the view."""
        return to_url(self.report.path(self.request.tenant), self.saved.parameters)

    def page(self, form: SavedViewForm, status: int = 200, **more: Any) -> HttpResponse:
        filters = filters_of(self.report, self.request.tenant.pk, to_query(self.saved.parameters))
        if unusual.for_reader(self.request.user) is None:
            filters.without_findings()
        wrong = errors_of(filters)
        context = {
            "form": form,
            "saved": self.saved,
            "report": self.report,
            "url": self.url(),
            "wrong": wrong,
            "filters": [] if wrong else in_words(filters),
            **more,
        }
        return render(self.request, "scheduled_reports/view.html", context, status=status)

    def refused(self, form: SavedViewForm, **more: Any) -> HttpResponse:
        failure = failures.of_form(form)
        self.record_failure(failure, self.kwargs.get("pk"))
        return self.page(form, STATUS.get(failure.code, 409), **more)

    def record_failure(self, failure: failures.Failure, pk: UUID | None) -> None:
        resource = Resource(type="savedview", id=pk, name=self.name)
        record_failure(self.action, failure, tenant_id=self.request.tenant.pk, resource=resource)


class SaveView(_ViewPage):
    """The filters that the page shows (``query``) become a view, or the filters of the one that has this name
    (``replace``)."""

    action: Action = SAVE_VIEW
    filters: ReportFilterSet
    http_method_names = ["post"]

    def find(self) -> SavedView:  # type: ignore[override]
        record = self.request.POST.get("record", "")
        if record not in REPORTS:
            raise Http404
        query = QueryDict(self.request.POST.get("query", "").removeprefix("?"))
        user, tenant = self.request.user, self.request.tenant
        self.filters = filters_of(REPORTS[record], tenant.pk, query)
        if unusual.for_reader(user) is None:
            self.filters.without_findings()
        return SavedView(tenant=tenant, record=record, parameters=from_filters(self.filters), owner=user)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.refuse_unless_theirs(wants_to_share=bool(request.POST.get("is_shared")))
        form = self.form(request.POST)
        is_valid = form.is_valid()
        for error in errors_of(self.filters):
            form.add_error(None, error)
        replaced = form.taken if "replace" in request.POST and not is_valid else None
        if replaced and set(form.errors) == {"name"}:
            replaced.parameters, self.saved = self.saved.parameters, replaced
            replaced.save(update_fields=["parameters"])
            messages.success(request, f"View “{replaced}” now has these filters.")
        elif self.store(form):
            messages.success(request, f"View “{self.saved}” saved.")
        else:
            return self.refused(form, is_new=True, query=request.POST.get("query", ""), taken=form.taken)
        return redirect(self.url())


class EditView(_ViewPage):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless_theirs()
        return self.page(self.form())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless_theirs(wants_to_share=bool(request.POST.get("is_shared")))
        form = self.form(request.POST)
        if not self.store(form):
            return self.refused(form)
        messages.success(request, f"View “{self.saved}” saved.")
        return redirect(self.url())


class DeleteView(_ViewPage):
    action = DELETE_VIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless_theirs()
        url = self.url()
        try:
            with transaction.atomic():
                self.saved.delete()
        except ProtectedError as error:
            failure = failures.of_exception(error)
            self.record_failure(failure, pk)
            messages.error(request, failure.reason)
            return redirect("saved_view_edit", pk)
        messages.success(request, f"View “{self.saved}” deleted. Its filters are still set below.")
        return redirect(url)
