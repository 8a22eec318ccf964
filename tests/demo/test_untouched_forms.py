"""Opening a form of the demo and saving it as it is changes nothing.

Every record, as its tenant's Super Admin and as support; of each section one record more, as each other role that may.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import admin
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.support.untouched import sent_by
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant, User, UserStatus
from wisely_security.tenancy.permissions import SIGN_IN_SETTINGS
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD
from wisely_security.workspace.pages.resource_page import resource_pages

from .seeding import SIGN_IN

ASKS_ANEW = {"reject", "reject_content"}  # forms that do not show what is stored
KEPT_BY_REQUESTS = {"tenancy_session"}


def test_a_form_that_is_saved_as_it_was_shown_changes_nothing(changing: None) -> None:
    filled = [(client, url, sent_by(client.get(url))) for client, urls in everybody() for url in urls]
    before = content()
    for client, url, form in filled:
        response = client.post(url, form)
        client.cookies.pop("messages", None)  # which nobody reads here
        assert response.status_code == 302, (url, response.context["form"].errors)
    after = content()
    assert {table for table in after if after[table] != before[table]} == set()
    assert len(filled) > 200


def everybody() -> Iterator[tuple[Client, list[str]]]:
    """One person of each role, and the addresses of all forms that this person may send."""
    with acting_as(support=True):
        people = list(User.objects.filter(status=UserStatus.ACTIVE).select_related("tenant", "role"))
    seen = set()
    for person in people:
        post = (person.tenant_id, person.role_name)
        if post not in seen:
            seen.add(post)
            yield sign_in(person), list(forms_of(person))


def sign_in(person: User) -> Client:
    client = Client()
    assert client.post(SIGN_IN, {"username": person.email, "password": DEMO_PASSWORD}).status_code == 302
    return client


def forms_of(person: User) -> Iterator[str]:
    yield reverse("profile")
    if person.tenant is None:
        yield from forms_of_support()
        return
    if person.may(SIGN_IN_SETTINGS):
        yield reverse("sign_in_settings")
    with acting_as(tenant_id=person.tenant_id):
        for section in resource_pages():
            found = (forms_of_record(section, record, person) for record in section.records(person.tenant))
            forms = list(chain.from_iterable(found))
            yield from forms if person.is_super_admin else forms[:1]


def forms_of_record(section: Any, record: Any, person: User) -> Iterator[str]:
    if person.may(section.edit_permission) and not section.edit_denial_reason(record, person):
        yield section.edit_url(record.pk)
    for each in section.custom_actions:
        if each.form and each.key not in ASKS_ANEW and person.may(each.permission or section.edit_permission):
            yield section.custom_action_url(each, record.pk)


def forms_of_support() -> Iterator[str]:
    """Whatever Django admin lets change; built-in roles are only shown."""
    edited = {each.model for each in resource_pages()} | {Tenant}
    with acting_as(support=True):
        for model in edited:
            assert admin.site.is_registered(model)
            for record in model._default_manager.all():
                if not getattr(record, "key", ""):
                    yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[record.pk])


def content() -> dict[str, str]:
    """Of each table, a digest of all its rows."""
    with connections["owner"].cursor() as cursor, acting_as(support=True):
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
        tables = {name for (name,) in cursor.fetchall()} - KEPT_BY_REQUESTS
        digests = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) || md5(string_agg(it::text, ' ' ORDER BY it::text)) FROM {table} AS it")
            [(digests[table],)] = cursor.fetchall()
    return digests
