"""The admin's URLs, its forms as a browser sends them, and the recorded views of support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.findings.making import new_country
from tests.support.cast import PASSWORD, WINDOWS_CHROME, Cast
from tests.support.untouched import sent_by
from tests.workspace import audit_assertions
from tests.workspace.samples import SAMPLES
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.erasure.models import ErasureRequest
from wisely_security.findings.models import Finding
from wisely_security.ledger.models import Archive, Verification
from wisely_security.tenancy.models import Role, Session, Tenant, User
from wisely_security.workspace.pages.resource_page import ResourcePage, resource_pages

EVENTS = "/admin/login_activity/loginevent/"
USERS = "/admin/tenancy/user/"
TENANTS = "/admin/tenancy/tenant/"
ROLES = "/admin/tenancy/role/"
SUPPORTED = {model: sample.support for model, sample in SAMPLES.items() if sample.support}
WORKSPACE: list[Any] = list(SUPPORTED)
# What tenants can delete in the workspace.
DELETED = [
    page.model
    for page in resource_pages()
    if page.model in SUPPORTED and any(action.deletes for action in page.custom_actions)
]


def pages_in_admin() -> list[ResourcePage]:
    return [page for page in resource_pages() if page.model in admin.site._registry]


def list_of(model: type[Model]) -> str:
    return f"/admin/workspace/{model._meta.model_name}/"


def sign_in_as_support() -> Client:
    client = Client(headers={"user-agent": WINDOWS_CHROME})
    response = client.post("/admin/login/", {"username": "dana@wisely.example", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    return client


def opened(client: Client, url: str) -> dict[str, Any]:
    """Open a page of the admin: what its form would send as it is."""
    return sent_by(client.get(url))


def edit(client: Client, url: str, **changed: Any) -> Any:
    """Open a page of the admin, change fields, press Save."""
    return client.post(url, opened(client, url) | changed)


def support_views(events: Callable[..., list[LoginEvent]], tenant: Tenant | None) -> list[dict[str, Any]]:
    """The views by support that a tenant's record holds."""
    found = events(tenant, action="view", user_email="dana@wisely.example")
    assert {event.user_name for event in found} <= {"Dana Diaz (Wisely support)" if tenant else "Dana Diaz"}
    return [event.detail for event in found]


class AuditTrail(audit_assertions.AuditTrail):
    def only(self) -> AuditEvent:
        [event] = self.new()
        return event


def every_url(cast: Cast) -> list[str]:
    """Every URL that the admin's registry makes, with an object of Acme where it needs one."""
    with acting_as(support=True):
        objects: dict[type, Any] = {
            Tenant: cast.acme,
            User: cast.bob,
            Role: Role.objects.get_or_create(tenant=cast.acme, name="Acme Auditor")[0],
            ErasureRequest: ErasureRequest.objects.get_or_create(
                tenant=cast.acme, email=cast.bob.email, requested_by=cast.dana.pk
            )[0],
            Archive: Archive(name="login_activity_2025_01"),  # none is there
            Finding: Finding.objects.filter(tenant=cast.acme).first() or new_country(cast.bob),
            Verification: Verification.objects.first() or Verification(id=UUID(int=0)),
            LoginEvent: LoginEvent.objects.filter(tenant_id=cast.acme.pk).latest("id"),
            AuditEvent: AuditEvent.objects.filter(tenant_id=cast.acme.pk).latest("id"),
        }
        there = {page.model: page.model.objects.filter(tenant=cast.acme).first() for page in pages_in_admin()}
        objects |= {
            model: found or make(model, cast.acme, **{SAMPLES[model].name: "acme"}) for model, found in there.items()
        }
        session = Session.objects.filter(tenant=cast.acme).first()
    urls = [reverse("admin:index"), reverse("admin:jsi18n"), reverse("admin:autocomplete")]
    urls += [reverse("admin:all_cells")]
    urls += [reverse("admin:password_change"), "/admin/nowhere/", "/admin/login_activity/", "/admin/tenancy/"]
    urls += ["/admin/workspace/", reverse("admin:person", args=[cast.bob.pk])]
    urls += [reverse("admin:session_story", args=[cast.acme.pk, "0" * 16])]
    for model, model_admin in admin.site._registry.items():
        for pattern in model_admin.get_urls():
            if pattern.name is None:
                continue
            wanted = pattern.pattern.converters
            arguments = {name: session.pk if name == "session_pk" and session else objects[model].pk for name in wanted}
            urls.append(reverse(f"admin:{pattern.name}", kwargs=arguments))
    return urls
