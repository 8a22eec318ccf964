"""The list of a resource page, and the page of one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from audit_trail.recording import failures, recorder
from audit_trail.recording.failures import Failure
from audit_trail.registry import Action, audited_as
from audit_trail.report.declaration import VIEW as VIEW_AUDIT_TRAIL
from wisely_security.database.lookups import in_order
from wisely_security.tenancy.views.access import MemberView

from .forms import record_version
from .resource_page import Column, CustomAction, ResourcePage

ON_A_PAGE = 50
LONGEST_SEARCH = 200


class SectionPage(MemberView):
    resource_page: ResourcePage = cast(ResourcePage, None)  # set by urls.py

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Outside the request's transaction: what fails is recorded after it has been rolled back."""
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.permission, self.area = self.needed_permission(), self.what_it_is()
        return super().dispatch(request, *args, **kwargs)

    def needed_permission(self) -> str:
        return self.resource_page.view_permission

    def what_it_is(self) -> str:
        """The name of the page, as a refusal records it."""
        return self.resource_page.title

    def tell_failure(self, action: Action, failure: Failure, *, pk: UUID | None, name: str = "") -> None:
        declared = audited_as(self.resource_page.model)
        resource = recorder.Resource(type=declared.key if declared else "", id=pk, name=name)
        recorder.record_failure(action, failure, tenant_id=self.request.tenant.pk, resource=resource)

    def record(self, pk: UUID) -> Any:
        return get_object_or_404(self.resource_page.records(self.request.tenant), pk=pk)

    def may_change(self) -> bool:
        user = self.request.user
        return user.may(self.resource_page.edit_permission) and self.request.tenant == user.tenant

    def record_aggregator_view(self) -> None:
        """An enterprise sees who of its aggregator views it."""
        if self.request.tenant != self.request.user.tenant:
            self.record_view(self.resource_page.title)


class ListPage(SectionPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        resource_page = self.resource_page
        records = resource_page.records(self.request.tenant)
        if resource_page.single and (only := records.first()) is not None:
            return redirect(resource_page.url(only.pk))
        searched = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        for term in searched.split():
            records = records.filter(_any(resource_page.search, term))
        sort = request.GET.get("sort", "")
        if sort.removeprefix("-") in {column.sort for column in resource_page.columns if column.sort}:
            records = records.order_by(in_order(resource_page.model, sort), "pk")
        else:
            sort = ""
        page = Paginator(records, ON_A_PAGE).get_page(request.GET.get("page"))
        self.record_aggregator_view()
        context = {
            "resource_page": resource_page,
            "page": page,
            "rows": [
                (resource_page.url(each.pk), [_cell(column, each) for column in resource_page.columns]) for each in page
            ],
            "headings": [self._heading(column, sort) for column in resource_page.columns],
            "searched": searched,
            "sort": sort,
            "add_url": resource_page.add_url() if resource_page.created and self.may_change() else "",
        }
        return render(request, "workspace/list.html", context)

    def _heading(self, column: Column, sort: str) -> dict[str, str]:
        """``order``: the one that holds; the link turns it round."""
        if not column.sort:
            return {"label": column.label}
        query = self.request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{column.sort}" if sort == column.sort else column.sort
        order = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "")
        return {"label": column.label, "url": f"?{query.urlencode()}", "order": order}


def _any(fields: Any, term: str) -> Q:
    found = Q()
    for name in fields:
        found |= Q(**{f"{name}__folded__contains": term})
    return found


def _cell(column: Any, record: Any) -> dict[str, Any]:
    return {
        "label": column.label,
        "value": column.value(record),
        "sub": column.sub(record) if column.sub else "",
        "badge": column.badge(record) if column.badge else "",
    }


class RecordPage(SectionPage):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        resource_page, user = self.resource_page, self.request.user
        try:
            record = self.record(pk)
        except Http404 as error:  # perhaps a guess: the page does not reveal whether it is another tenant's
            self.tell_failure(resource_page.changed, failures.of_exception(error), pk=pk)
            raise
        self.record_aggregator_view()
        offered = [each for each in resource_page.custom_actions if self._offered(each, record)]
        context = {
            "resource_page": resource_page,
            "record": record,
            "details": resource_page.details(record),
            "related": resource_page.related(record, user),
            "pages": resource_page.pages(record, user),
            "edit_url": resource_page.edit_url(pk)
            if self.may_change() and not resource_page.edit_denial_reason(record, user)
            else "",
            "custom_actions": [
                (each, resource_page.custom_action_url(each, pk), bool(each.form or each.confirm_text))
                for each in offered
            ],
            "seen": record_version(record),
            "history_url": reverse("resource_history", args=[pk]) if user.may(VIEW_AUDIT_TRAIL) else "",
        }
        return render(request, "workspace/record.html", context)

    def _offered(self, custom_action: CustomAction, record: Any) -> bool:
        user = self.request.user
        return (
            self.request.tenant == user.tenant
            and user.may(custom_action.permission or self.resource_page.edit_permission)
            and not custom_action.denial_reason(record, user)
        )
