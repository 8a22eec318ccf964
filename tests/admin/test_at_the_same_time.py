from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.admin.roles import RoleAdmin
from wisely_security.tenancy.admin.tenants import TenantAdmin
from wisely_security.tenancy.admin.users import UserAdmin
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus

from .site import ROLES, TENANTS, USERS, AuditTrail, edit, opened, sign_in_as_support


class TestAtTheSameTime:
    """Two people work at once: nothing fails, and no change is lost."""

    @pytest.mark.parametrize(
        ("model_admin", "path", "names", "typed", "shown", "kept"),
        [
            (
                TenantAdmin,
                f"{TENANTS}add/",
                ("Umbrella", "Umbrella Corporation"),
                {
                    "slug": "umbrella",
                    "edition": "enterprise",
                    "super_admin_name": "Uma Ullman",
                    "super_admin_email": "uma@umbrella.example",
                },
                "Tenant with this Slug already exists.",
                "Uma Ullman",
            ),
            (
                UserAdmin,
                USERS + "add/?tenant={tenant}",
                ("Fay Fox", "Fay Foster"),  # whoever takes the same name waits for the other
                {"email": "fay@acme.example", "role": "{role}"},
                "This e-mail address is taken.",
                "fay@acme.example",
            ),
            (
                RoleAdmin,
                ROLES + "add/?tenant={tenant}",
                ("Auditor", "Auditor"),
                {"permissions": "login_activity.view"},
                "A role with this name already exists.",
                "Auditor",
            ),
        ],
    )
    def test_what_two_people_add_is_added_once_and_the_second_sees_an_error(
        self,
        committed_cast: Cast,
        monkeypatch,
        model_admin: type[Any],
        path: str,
        names: tuple[str, str],
        typed: dict[str, str],
        shown: str,
        kept: str,
    ) -> None:
        with acting_as(support=True):
            role = Role.objects.get(tenant=committed_cast.acme, key="finance")
        keys = {"tenant": committed_cast.acme.pk, "role": role.pk}
        path, typed = path.format(**keys), {name: value.format(**keys) for name, value in typed.items()}
        both_are_valid, store = Barrier(2, timeout=60), model_admin.store

        def store_when_both_are_valid(*arguments: Any) -> None:
            both_are_valid.wait()
            store(*arguments)

        monkeypatch.setattr(model_admin, "store", store_when_both_are_valid)

        def add(client: Client, name: str) -> Any:
            try:
                return edit(client, path, name=name, **typed)
            finally:
                connection.close()

        clients = [sign_in_as_support(), sign_in_as_support()]
        audit_trail = AuditTrail(committed_cast.acme)
        with ThreadPoolExecutor(max_workers=2) as threads:
            slower, faster = sorted(threads.map(add, clients, names), key=lambda response: response.status_code)
        assert (slower.status_code, faster.status_code) == (200, 302)
        html = slower.content.decode()
        assert shown in html
        assert f'value="{kept}"' in html
        assert len(mail.outbox) == (model_admin is not RoleAdmin)
        if model_admin is not TenantAdmin:
            recorded = [(event.status, event.reason_code) for event in audit_trail.new()]
            assert sorted(recorded) == [("failure", "duplicate"), ("success", "")]

    def test_what_happens_to_an_account_while_it_is_edited_stays(
        self, dana: Client, cast: Cast, monkeypatch, seen_by_support
    ) -> None:
        store = UserAdmin.store

        def store_after_others(self: UserAdmin, request: Any, obj: User, form: Any, change: bool) -> None:
            User.objects.filter(pk=obj.pk).update(status=UserStatus.SUSPENDED, password="the new one")
            store(self, request, obj, form, change)

        monkeypatch.setattr(UserAdmin, "store", store_after_others)
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun").status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.status, bob.password) == ("Bob Braun", UserStatus.SUSPENDED, "the new one")

    def test_what_happens_while_the_page_is_open_stays(self, dana: Client, cast: Cast, seen_by_support) -> None:
        url = f"{USERS}{cast.bob.pk}/change/"
        form = opened(dana, url)
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        audit_trail = AuditTrail(cast.acme)
        assert dana.post(url, form | {"name": "Bob Braun"}).status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.status) == ("Bob Braun", UserStatus.SUSPENDED)
        [change] = audit_trail.only().changes
        assert (change["before"], change["after"]) == ("Bob Brown", "Bob Braun")

    def test_a_tenant_and_a_role_keep_what_others_change(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.create(tenant=cast.acme, name="Auditor", permissions=["login_activity.view"])
        tenant_url, role_url = f"{TENANTS}{cast.acme.pk}/change/", f"{ROLES}{role.pk}/change/"
        tenant_form, role_form = opened(dana, tenant_url), opened(dana, role_url)
        Tenant.objects.filter(pk=cast.acme.pk).update(session_idle_minutes=10, super_admin=cast.bob)
        Role.objects.filter(pk=role.pk).update(permissions=[])
        assert dana.post(tenant_url, tenant_form | {"name": "Acme Ltd"}).status_code == 302
        assert dana.post(role_url, role_form | {"name": "Inspector"}).status_code == 302
        acme = Tenant.objects.get(pk=cast.acme.pk)
        assert (acme.name, acme.session_idle_minutes, acme.super_admin) == ("Acme Ltd", 10, cast.bob)
        role.refresh_from_db()
        assert (role.name, role.permissions) == ("Inspector", [])
