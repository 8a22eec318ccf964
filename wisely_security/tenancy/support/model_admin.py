"""The base of every ModelAdmin: what a page shows or changes of a tenant is recorded for that tenant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from wisely_security.database.lookups import in_order

from ..sign_in import signals
from .forms import ComparedForm, additions_of, changes_of

M = TypeVar("M", bound=Model)
LONGEST_SEARCH = 200


class SupportChangeList(ChangeList):
    model_admin: SupportAdmin[Any]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)  # evaluated once: the rows shown are the rows recorded
        self.model_admin.record_view(request, self.result_list, self.recorded_filters(), self.looked_for())

    def get_ordering_field(self, field_name: Any) -> Any:
        """Texts in the order of all lists."""
        field = super().get_ordering_field(field_name)
        return in_order(self.model, field) if isinstance(field, str) else field

    def looked_for(self) -> UUID | None:
        """The tenant that a filter has chosen."""
        return None

    def recorded_filters(self) -> dict[str, str]:
        """Search and filters, in words; what no word is known for, as it was typed."""
        said = {"Search": self.query[:LONGEST_SEARCH]} if self.query else {}
        for spec in self.filter_specs:
            _all, *choices = spec.choices(self)
            names = spec.expected_parameters()
            typed = [value for name, values in self.filter_params.items() if name in names for value in values]
            chosen = [str(each["display"]) for each in choices if each["selected"]]
            if typed:
                said[str(spec.title).capitalize()] = ", ".join(chosen or typed)[:LONGEST_SEARCH]
        return said


class SupportAdmin(admin.ModelAdmin[M]):
    """Base of every ModelAdmin of the site; the site refuses others.

    A list is recorded for each tenant whose rows are on the page; a page of one object, and an edit, for its tenant.
    Nothing is shown or stored if that cannot be written.
    """

    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def tenant_of(self, shown: M) -> UUID | None:
        """The tenant that it is recorded for. None: no tenant, as for support staff."""
        raise NotImplementedError

    def tenant_for_new(self, request: HttpRequest) -> UUID | None:
        """The tenant that an addition is recorded for, if it is known beforehand."""
        return None

    def named(self, shown: M) -> str:
        """The object, as the record names it."""
        return str(shown)

    @property
    def area(self) -> str:
        return f"Django admin: {self.opts.verbose_name_plural}"

    @property
    def _kind(self) -> str:
        return str(self.opts.verbose_name).capitalize()

    # Telling

    def record_view(
        self, request: HttpRequest, shown: Collection[M], filters: Mapping[str, str], also: UUID | None = None
    ) -> None:
        """``also``: the tenant that was searched for: recorded for it even where nothing was found."""
        rows = Counter(self.tenant_of(each) for each in shown)
        if also is not None:
            rows[also] += 0
        for tenant_id, number in rows.items():
            detail = {"filters": dict(filters), "rows": number}
            signals.settings_viewed.send(
                type(self), user=request.user, tenant_id=tenant_id, area=self.area, detail=detail
            )

    def tell_look_at(self, request: HttpRequest, shown: M) -> None:
        detail = {"filters": {self._kind: self.named(shown)}}
        signals.settings_viewed.send(
            type(self), user=request.user, tenant_id=self.tenant_of(shown), area=self.area, detail=detail
        )

    def tell_adding(self, request: HttpRequest) -> None:
        """The page on which something is added is shown: for whoever shows data of a tenant there."""

    def record_edit(self, request: HttpRequest, edited: M, changes: Mapping[str, list[str]]) -> None:
        """``changes``: ``{label: [before, after]}``."""
        detail = {"filters": {self._kind: self.named(edited)}, "changes": dict(changes)}
        signals.settings_edited.send(
            type(self), user=request.user, tenant_id=self.tenant_of(edited), area=self.area, detail=detail
        )

    def recorded_fields(self, form: Any, change: bool) -> list[str]:
        """The fields whose change, or initial value, is recorded as an edit."""
        return list(form.changed_data if change else form.fields)

    def record_deletion(self, request: HttpRequest, deleted: M) -> None:
        self.record_edit(request, deleted, {"Deleted": ["No", "Yes"]})

    def record_refusal(self, request: HttpRequest, kept: M, form: Any) -> None:
        """An edit was refused; the form shows why."""
        signals.settings_refused.send(type(self), user=request.user, tenant_id=self.tenant_of(kept), area=self.area)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"{path}__folded__contains" for path in self.searched(request)]

    def searched(self, request: HttpRequest) -> list[str]:
        """Fields in which the list is searched."""
        return list(self.search_fields)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters of the list, which are recorded. Others could reveal hidden columns bit by bit."""
        names = (getattr(each, "parameter_name", f"{each}__exact") for each in self.get_list_filter(request))
        return lookup in names and "\0" not in value

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SupportChangeList]:
        return SupportChangeList

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any) -> Any:
        if change:
            form = kwargs.get("form", self.form)
            kwargs["form"] = type(form.__name__, (ComparedForm, form), {})
        return super().get_form(request, obj, change, **kwargs)

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> HttpResponse:
        if obj is None:
            self.tell_adding(request)
        else:
            context.update(self.page_context(request, obj))
            if request.method == "POST":  # the form comes back with its errors
                self.record_refusal(request, obj, context["adminform"].form)
            else:
                self.tell_look_at(request, obj)
        context["show_save_and_add_another"] = False  # that button forgets for which tenant
        return super().render_change_form(request, context, add, change, form_url, obj)

    def page_context(self, request: HttpRequest, shown: M) -> dict[str, Any]:
        """What else the template of the page of one object shows."""
        return {}

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        self.tell_look_at(request, context["object"])
        return super().render_delete_form(request, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = self.get_object(request, unquote(object_id))
        if shown is not None:
            self.tell_look_at(request, shown)
        return super().history_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        names = self.recorded_fields(form, change)
        changes = changes_of(form, names) if change else additions_of(form, names)
        self.store(request, obj, form, change)
        if changes:
            self.record_edit(request, obj, changes)

    def store(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        """An edit stores the fields that it has changed: somebody else may have changed others meanwhile."""
        obj.save(update_fields=form.changed_data if change else None)

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        """Django would also note that somebody has changed nothing."""
        return super().log_change(request, obj, message) if message else None

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self.record_deletion(request, obj)
        super().delete_model(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that open other objects in pop-ups."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field
