"""The workspace in Django admin, for support staff: a ModelAdmin for each resource page, made from what it declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ManyToManyField, Model
from django.http import HttpRequest

from audit_trail.registry import Audited, audited_as
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.admin.of_tenant import ChosenTenant, OfTenantAdmin, chosen_tenant
from wisely_security.tenancy.models import Tenant, User

from .modules.access_accounts import AccessAccount
from .modules.templates import SETTINGS, SettingsForm, Template, TemplateForm
from .pages.forms import RecordForm
from .pages.resource_page import Column, ResourcePage, resource_page_of, resource_pages
from .receivers.receiver import CheckpointReceiver


class SupportRecordForm(RecordForm):
    """Comes before a record's own form. Django admin compares field by field what was seen, so this need not."""

    chosen: Tenant
    acting: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, tenant=self.chosen, user=self.acting, **kwargs)
        del self.fields["seen"]
        self.now = ""


class RecordAdmin(OfTenantAdmin[Any]):
    """Shows the fields of a record that the Audit Trail shows, so no masked ones. Records are added and edited with
    their resource page's form, and stored by the resource page in the scope of their tenant alone."""

    form_of: ClassVar[type[RecordForm] | None] = None  # where it is not the resource page's

    def __init__(self, model: type[Model], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        self.resource_page = cast(ResourcePage, resource_page_of(model))
        self.audited = cast(Audited, audited_as(model))
        self.record_form = self.form_of or self.resource_page.form
        self.ordered_by = [field for column in self.resource_page.columns if (field := _field(model, column.sort))]

    # The list

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without what only the resource page's own query counts."""
        columns = [each for each in self.resource_page.columns if not each.sort or _field(self.model, each.sort)]
        return [*map(_shown, columns), "tenant"]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return ["tenant", *(field.name for field in self.ordered_by if field.is_relation)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [ChosenTenant, *(field.name for field in self.ordered_by if _is_choice(field))]

    def searched(self, request: HttpRequest) -> list[str]:
        return [*self.resource_page.search, "tenant__name", "tenant__slug"]

    @property
    def search_help_text(self) -> str:  # type: ignore[override]
        return f"{self.resource_page.search_hint}, or the name of its tenant."

    # The page of a record

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Where the tenant's people can delete it, too."""
        return super().has_delete_permission(request, obj) and any(
            each.deletes for each in self.resource_page.custom_actions
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        typed = list(self.record_form._meta.fields or ())
        return ["tenant", *typed, *self._only_shown(), "created_at"] if obj else typed

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["tenant", *self._only_shown(), "created_at"] if obj else []

    def _only_shown(self) -> list[str]:
        recorded = [field.name for field in self.audited.fields if field.name not in self.audited.masked]
        return [name for name in recorded if name not in (self.record_form._meta.fields or ())]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        special = {"chosen": obj.tenant if obj else chosen_tenant(request), "acting": request.user}
        form = type(self.record_form.__name__, (SupportRecordForm, self.record_form), special)
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Django leaves out what has a table of its own in between, for it cannot fill further columns. There are
        defaults for them."""
        return db_field.formfield(**kwargs)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with acting_as(tenant_id=obj.tenant_id):
            self.store_record(request, form)

    def store_record(self, request: HttpRequest, form: Any) -> None:
        self.resource_page.store(form, request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The resource page has stored them."""


class AccessAccountAdmin(RecordAdmin):
    """Set up by the tenant alone: whoever does it is shown the API key."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def searched(self, request: HttpRequest) -> list[str]:
        return [name for name in super().searched(request) if name != "key_start"]


class CheckpointReceiverAdmin(RecordAdmin):
    """With how far it is, which no event shows."""

    def _only_shown(self) -> list[str]:
        return [*super()._only_shown(), "has", "delivered_at", "error", "contradicts"]

    @admin.display(description="it has", empty_value="–")
    def has(self, receiver: CheckpointReceiver) -> str | None:
        return receiver.has or None


class WholeTemplateForm(TemplateForm):
    class Meta(TemplateForm.Meta):
        fields = [*TemplateForm.Meta.fields, *SETTINGS]
        help_texts = TemplateForm.Meta.help_texts | SettingsForm.Meta.help_texts


class TemplateAdmin(RecordAdmin):
    form_of = WholeTemplateForm

    def store_record(self, request: HttpRequest, form: Any) -> None:
        """New settings need no new review."""
        if not form.is_new and set(form.changed_data) <= set(SETTINGS):
            form.save()
        else:
            super().store_record(request, form)


def _field(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The field that a column orders by, or the first on the way to it."""
    try:
        return cast("Field[Any, Any]", model._meta.get_field(path.partition("__")[0]))
    except FieldDoesNotExist:
        return None


def _is_choice(field: Field[Any, Any]) -> bool:
    return bool(field.choices) or field.get_internal_type() == "BooleanField"


def _shown(column: Column) -> Callable[[Any], Any]:
    @admin.display(description=column.label, ordering=column.sort or None)
    def value(record: Any) -> Any:
        return column.value(record)

    value.__name__ = column.label.lower().replace(" ", "_")
    return value


SPECIAL: dict[type[Model], type[RecordAdmin]] = {
    AccessAccount: AccessAccountAdmin,
    CheckpointReceiver: CheckpointReceiverAdmin,
    Template: TemplateAdmin,
}
for each in resource_pages():
    if not admin.site.is_registered(each.model):  # users and roles have their own
        admin.site.register(each.model, SPECIAL.get(each.model, RecordAdmin))
