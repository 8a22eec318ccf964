"""HEAD and prefetching are not recorded as views, and disclose nothing."""

from __future__ import annotations

import http.client
from contextlib import closing
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action
from tests.admin.site import sign_in_as_support
from tests.support.cast import Cast, sign_in
from tests.support.servers.web_server import LONGEST, web_server
from wisely_security.core.request_context import acting_as

SPECULATIVE = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Purpose": "prefetch"},
    {"Purpose": "Prefetch"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
]
IN_ADMIN = ["login_activity/loginevent", "audit_trail/auditevent", "tenancy/tenant", "tenancy/user", "tenancy/role"]


@pytest.fixture
def pages(cast: Cast) -> list[str]:
    """Every page whose view is recorded, of Acme and of Globex."""
    record(Action.LOG_IN, cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        login_event, audit_event = LoginEvent.objects.latest("id"), AuditEvent.objects.latest("id")
    login_activity = reverse("login_activity", args=["identity-access"])
    return [
        login_activity,
        f"{login_activity}?status=failure&q=wrong",
        f"{login_activity}chart/",
        f"{login_activity}download/",
        f"{login_activity}{login_event.pk}/",
        reverse("audit_trail"),
        reverse("audit_trail_chart"),
        reverse("audit_trail_download"),
        reverse("audit_trail_event", args=[audit_event.pk]),
        reverse("audit_trail_coverage"),
        reverse("sign_in_settings"),
        reverse("user_sessions", args=[cast.bob.pk]),
        reverse("users"),
    ]


@pytest.fixture
def admin_pages(cast: Cast, pages: list[str]) -> list[str]:
    with acting_as(tenant_id=cast.acme.pk):
        event = LoginEvent.objects.latest("id")
    objects = [f"login_activity/loginevent/{event.pk}/change", f"tenancy/tenant/{cast.acme.pk}/change"]
    objects += [f"tenancy/user/{cast.bob.pk}/change", f"tenancy/user/{cast.bob.pk}/history"]
    objects += [f"tenancy/user/add/?tenant={cast.acme.pk}"]
    return ["/admin/", *(f"/admin/{each}{'' if '?' in each else '/'}" for each in [*IN_ADMIN, *objects])]


def everything_recorded() -> tuple[int, int]:
    with acting_as(support=True):
        return LoginEvent.objects.count(), AuditEvent.objects.count()


def test_head_is_headers_alone_and_no_event(cast: Cast, pages: list[str]) -> None:
    for who, paths in ((sign_in(cast.alice), pages), (_erin_at_globex(cast), pages[:4] + pages[9:11])):
        before = everything_recorded()
        for path in paths:
            response = who.head(path)
            assert response.status_code == (405 if "download/" in path else 200), path
            assert response.content == b""
            assert response.get("Content-Length", "0") == "0"
        assert everything_recorded() == before


def _erin_at_globex(cast: Cast) -> Client:
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    return erin


def test_head_has_the_status_of_the_page(alice: Client) -> None:
    page = reverse("login_activity", args=["identity-access"])
    for path in (page, f"{page}?status=banana", f"{page}{'0' * 8}-0000-7000-8000-{'0' * 12}/", "/nothing-here/"):
        assert alice.head(path).status_code == alice.get(path).status_code


def test_head_is_no_event_in_django_admin(admin_pages: list[str]) -> None:
    dana = sign_in_as_support()
    before = everything_recorded()
    for path in admin_pages:
        assert dana.head(path).status_code == (302 if "history" in path else 200), path
    assert everything_recorded() == before
    for path in admin_pages:
        dana.get(path)
    assert everything_recorded() != before


def test_a_view_after_head_is_recorded(alice: Client, pages: list[str]) -> None:
    alice.head(pages[0])
    before = everything_recorded()[0]
    alice.get(pages[0])
    assert everything_recorded()[0] == before + 1


@pytest.mark.parametrize("header", SPECULATIVE)
def test_what_is_fetched_ahead_shows_nothing(
    cast: Cast, pages: list[str], admin_pages: list[str], header: dict[str, str]
) -> None:
    alice, dana = sign_in(cast.alice), sign_in_as_support()
    before = everything_recorded()
    for who, paths in ((alice, [*pages, "/"]), (dana, admin_pages), (Client(), ["/sign-in/", "/"])):
        for path in paths:
            response = who.get(path, headers=header)
            assert (response.status_code, response.content, response["Cache-Control"]) == (425, b"", "no-store"), path
    assert everything_recorded() == before
    assert alice.get(pages[0]).status_code == 200
    assert everything_recorded()[0] == before[0] + 1


def test_other_purposes_are_ignored(alice: Client, pages: list[str]) -> None:
    for header in ({"Sec-Purpose": "user"}, {"Purpose": ""}, {"Sec-Fetch-Mode": "navigate"}):
        assert alice.get(pages[0], headers=header).status_code == 200
    assert (
        Client(headers={"Purpose": "prefetch"}).post("/sign-in/", {"username": "x", "password": "y"}).status_code == 400
    )


@pytest.mark.servers
def test_the_web_server_logs_no_error(committed_cast: Cast, tmp_path: Path) -> None:
    cookie = f"wisely_session={sign_in(committed_cast.alice).cookies['wisely_session'].value}"
    page = reverse("login_activity", args=["identity-access"])
    paths = [
        "/sign-in/",
        "/",
        page,
        f"{page}?status=banana",
        f"{page}download/",
        "/nothing-here/",
        "/static/js/site.js",
    ]
    paths += ["/api/v1/audit-events/", "/api/v1/nothing-here/", "/admin/"]
    log = tmp_path / "log"
    with log.open("wb") as file, web_server(log=file) as address:
        for path in paths:
            with closing(http.client.HTTPConnection(*address, timeout=LONGEST)) as site:
                site.request("HEAD", path, headers={"Cookie": cookie})
                assert site.getresponse().read() == b""
    assert "sent body bytes" not in log.read_text()
