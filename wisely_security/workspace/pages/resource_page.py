"""What a module declares about its pages: list, record, form and actions. viewing.py and actions.py do the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from audit_trail.registry import Action, audited_as
from audit_trail.report import links
from wisely_security.tenancy import permissions
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.views import menu

from .forms import RecordForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list. ``value``: what it shows of a record; ``sort``: the field that orders by it.

    ``badge``: the value is a state, shown in the colour that ``badge`` returns (success, warning, danger, plain).
    """

    label: str
    value: Callable[[Any], Any]
    sort: str = ""
    sub: Callable[[Any], Any] | None = None
    badge: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomAction:
    """Something that is done to a record, beside editing it.

    ``denial_reason``: why it cannot be done to a record by a user, as a sentence; "": it can. ``do``: does it, inside a
    transaction that has locked the record; raises RefusedError. It returns the message to show afterwards, or a page.
    ``submit``: label of the button of its page, if it differs from ``label``. ``form``: what has to be filled in.
    ``confirm_text``: a question to answer first, where there is no form. ``deletes``: the record is gone afterwards.
    ``confirmed``: whoever does it has signed in a moment ago, or does so again.
    """

    key: str
    label: str
    action: Action
    do: Callable[[Any, Any, Any], str | HttpResponse]  # the record, the form, the request
    denial_reason: Callable[[Any, User], str] = lambda record, user: ""
    permission: str = ""
    submit: str = ""
    form: type[RecordForm] | None = None
    confirm_text: str = ""
    danger: bool = False
    deletes: bool = False
    confirmed: bool = False


class ResourcePage:
    """One kind of record and its pages. A module makes a sub-class and registers an instance of it."""

    model: ClassVar[type[Any]]
    path: ClassVar[str]  # of the address: settings/<path>/
    title: ClassVar[str]
    singular: ClassVar[str]
    description: ClassVar[str]
    icon: ClassVar[str]
    menu: ClassVar[str] = menu.WORKSPACE
    form: ClassVar[type[RecordForm]]
    add_form: ClassVar[type[RecordForm] | None] = None  # where adding asks for other things than editing
    columns: ClassVar[Sequence[Column]]
    search: ClassVar[Sequence[str]]
    search_hint: ClassVar[str] = "Name"
    created: ClassVar[Action | None]
    changed: ClassVar[Action]
    add_label: ClassVar[str] = "Add"
    confirms_adding: ClassVar[bool] = False  # as CustomAction.confirmed
    custom_actions: ClassVar[Sequence[CustomAction]] = ()
    single: ClassVar[bool] = False  # a tenant has one at most
    locks_tenant: ClassVar[bool] = False  # one after the other in a tenant: who may do what is at stake
    add_path: ClassVar[str] = "add"
    granted_to: ClassVar[Iterable[str]] = ("admin",)
    managed_by: ClassVar[Iterable[str]] = ("admin",)
    empty: ClassVar[str] = "None yet."

    @property
    def key(self) -> str:
        return self.path.replace("-", "_")

    @property
    def title_in_text(self) -> str:
        """The title within a sentence."""
        return self.title if self.title[1:] != self.title[1:].lower() else self.title.lower()

    @property
    def view_permission(self) -> str:
        return f"{self.key}.view"

    @property
    def edit_permission(self) -> str:
        return f"{self.key}.edit"

    def records(self, tenant: Tenant) -> QuerySet[Any]:
        """The records of a tenant, with what the list and the record's page show of them."""
        records: QuerySet[Any] = self.model._default_manager.filter(tenant=tenant)
        return records

    def details(self, record: Any) -> list[tuple[str, Any]]:
        """What the record's page shows: texts, or what ``details.py`` has."""
        return [(column.label, column.value(record)) for column in self.columns]

    def related(self, record: Any, user: User) -> list[Related]:
        """Lists of what belongs to the record, below it."""
        return []

    def pages(self, record: Any, user: User) -> list[tuple[str, str]]:
        """Other pages about the record: what they are called, and their addresses."""
        return []

    def edit_denial_reason(self, record: Any, user: User) -> str:
        """Why a user cannot edit a record, as a sentence; "": they can."""
        return ""

    def initial(self, request: Any) -> dict[str, Any]:
        """What an empty form starts with."""
        return {}

    def starters(self, request: Any) -> list[tuple[str, str]]:
        """What an empty form can start from, as keys and labels: ``initial`` finds the chosen one in ``?from=``."""
        return []

    def edit_note(self, record: Any, user: User) -> str:
        """What to know before changing a record, as a sentence."""
        return ""

    def store(self, form: Any, request: HttpRequest) -> str | HttpResponse:
        """Save a valid form, inside a transaction that has locked the record. Returns as ``CustomAction.do``."""
        record = form.save()
        return f"{capfirst(self.singular)} “{record}” {'added' if form.is_new else 'saved'}."

    # Addresses

    def list_url(self) -> str:
        return reverse(self.key)

    def add_url(self) -> str:
        return reverse(f"{self.key}_add")

    def url(self, record_id: Any) -> str:
        return reverse(f"{self.key}_record", args=[record_id])

    def edit_url(self, record_id: Any) -> str:
        return reverse(f"{self.key}_edit", args=[record_id])

    def custom_action_url(self, custom_action: CustomAction, record_id: Any) -> str:
        return reverse(f"{self.key}_{custom_action.key}", args=[record_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A short list on a record's page: ``rows`` of texts, each with an address or none.

    ``all_url``: where there are more than these, the page that shows them.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Any]]]
    add_url: str = ""
    add_label: str = ""
    all_url: str = ""
    empty: str = "None."


_resource_pages: dict[str, ResourcePage] = {}


def register(resource_page: ResourcePage) -> ResourcePage:
    """Declare a resource page: its permissions, its menu entry, links from events to its records; its pages follow.

    Raises ImproperlyConfigured for a second one of the same path.
    """
    if resource_page.key in _resource_pages:
        raise ImproperlyConfigured(f"The resource page {resource_page.path!r} is declared twice.")
    _resource_pages[resource_page.key] = resource_page
    view = permissions.declare(
        resource_page.view_permission,
        resource_page.title,
        f"View {resource_page.title_in_text}",
        granted_to={*resource_page.granted_to, *resource_page.managed_by},
    )
    permissions.declare(
        resource_page.edit_permission,
        resource_page.title,
        f"Change {resource_page.title_in_text}",
        granted_to=resource_page.managed_by,
    )
    menu.add(
        resource_page.menu,
        resource_page.title,
        icon=resource_page.icon,
        permission=view,
        url=lambda tenant: resource_page.list_url(),
    )
    declared = audited_as(resource_page.model)
    if declared is not None:
        links.declare(declared.key, resource_page.model, resource_page.url, view)
    return resource_page


def resource_pages() -> tuple[ResourcePage, ...]:
    return tuple(_resource_pages.values())


def resource_page_of(model: type[Model]) -> ResourcePage | None:
    return next((each for each in _resource_pages.values() if each.model is model), None)


def label_of(name: str) -> Callable[[Any], Any]:
    """The label of a field with choices."""
    return lambda record: getattr(record, f"get_{name}_display")()
