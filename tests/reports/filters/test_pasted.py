"""What people paste into a search: ids and addresses as found in logs, files and other programs."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from django.http import QueryDict

from audit_trail.models import AuditEvent
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.audit_trail.records import put
from tests.support import records
from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.ledger.search.networks import parse_networks
from wisely_security.ledger.search.pasted import as_recorded, bare, parse_uuid
from wisely_security.reports.pages.keyset import read_page

ADDRESSES = {
    "192.0.2.7": [
        *("192.0.2.7", '"192.0.2.7",', "'192.0.2.7'", "(192.0.2.7)", "192.0.2.7.", "192.0.2.7;", "192.0.2.7:"),
        *("192.0.2.7:8110", "[192.0.2.7]:80", "::ffff:192.0.2.7", "::FFFF:c000:207", "192.0.2.7/32"),
        *("<192.0.2.7>", "[::ffff:192.0.2.7]:443", "192.0.2.7-192.0.2.7"),
        *("for=192.0.2.7", "client=192.0.2.7,", "http://192.0.2.7:8000/path?x=1", "１９２.０.２.７"),
        *("“192.0.2.7”", "192.0.2.7\u200b"),
    ],
    "::1": ["::1", "[::1]", "[::1]:8110", "[::1],", "0:0:0:0:0:0:0:1", "0000:0000::0001", "https://[::1]/", "::1%lo"],
    "2001:db8::1": [
        *("2001:db8::1", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "[2001:db8::1]:443"),
        '"[2001:db8::1]:443"',
        *('for="[2001:db8::1]:443",', "[2001:db8::1%eth0]", "2001:db8::1%25", "[2001:DB8:0::1]"),
    ],
    "213.136.8.0/24": ["213.136.8.*", "213.136.8.*,", "213.136.8.0/24", "213.136.8.0-213.136.8.255", "213.136.8.9/24"],
    "213.136.0.0/16": ["213.136.*.*", "213.136.*", "213.136.0.0–213.136.255.255", "213.136.0.0/255.255.0.0"],
    "213.0.0.0/8": ["213.*.*.*"],
    "10.0.0.0/24": ["10.0.0.0-10.0.0.255", "[10.0.0.0/24]"],
    "2001:db8::/32": ["2001:db8:*", "2001:db8:*:*:*:*:*:*", "2001:DB8::/32", "[2001:db8::]/32"],
}  # fmt: skip
NO_ADDRESSES = [
    *("1.*", "10.*", "1.2.3.4.*", "1.2.3.4.5", "*.1.2.3", "1.2.3.4-", "1.2.3.9-1.2.3.1", "1.2.3.4-::1"),
    *("a-b", "1-2", "100%", "", "0", "/24"),
    *("[alice]", "[]", "::::1", ":", "1.2.3.400", "12:30", "localhost:8110", "https://example.com/", "2001:db8:*:1"),
    "0.0.0.1-255.255.255.253.1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "word"), [(network, word) for network, words in ADDRESSES.items() for word in words]
)
def test_addresses_and_networks(network: str, word: str) -> None:
    assert parse_networks(bare(word)) == parse_networks(network) != ()


@pytest.mark.parametrize("word", NO_ADDRESSES)
def test_what_is_no_address(word: str) -> None:
    assert parse_networks(bare(word)) == ()


def test_a_range_that_is_no_network() -> None:
    assert list(map(str, parse_networks("10.0.0.5-10.0.0.8"))) == ["10.0.0.5/32", "10.0.0.6/31", "10.0.0.8/32"]


def ways(key: UUID) -> list[str]:
    text = str(key)
    return [
        *(text, text.upper(), key.hex, f"{{{text}}}", f"urn:uuid:{text}", f"URN:UUID:{text.upper()}", f'"{text}",'),
        *(f"({text})", f"request_id={text}", text.replace("-", "‑"), f"{text}.", f"uuid:{text}", f"<{text}>"),
    ]


KEY = UUID("0199a3c4-5d6e-7f80-91a2-b3c4d5e6f708")


@pytest.mark.parametrize("word", ways(KEY))
def test_ids(word: str) -> None:
    assert parse_uuid(word) == KEY


@pytest.mark.parametrize("word", ["", "alice", str(KEY)[:-1], f"{KEY}0", "0199a3c4", "g" * 32, f"x{KEY}"])
def test_what_is_no_id(word: str) -> None:
    assert parse_uuid(word) is None


@pytest.mark.parametrize(
    "word", ["4f0a1b2c3d4e5f60", "s4f0a1b2c3d4e5f60", "S-4F0A1B2C3D4E5F60", '"s4f0a1b2c3d4e5f60",']
)
def test_session_names(word: str) -> None:
    assert as_recorded(word) == "4f0a1b2c3d4e5f60"
    assert as_recorded(f"{word}x") == f"{word}x"


# The pages


def found(report: Any, cast: Cast, q: str, **query: str) -> list[UUID]:
    """By the page, in few statements, and by the conditions alone, as in the download."""
    model = report.model
    with acting_as(tenant_id=cast.acme.pk):
        query_dict = QueryDict(mutable=True)
        query_dict.update({"q": q, **query})
        filters = report.filter_set(query_dict, queryset=model.objects.for_tenant(cast.acme.pk))
        assert filters.is_valid(), filters.errors
        page = [event.id for event in read_page(filters.qs, QueryDict()).rows]
        assert page == [event.id for event in filters.qs.newest_first()]
    return page


REQUEST, OTHER = UUID("6f1dd1f0-7d0c-4b1e-9c55-1c3a2f5f7f10"), UUID("6f1dd1f0-7d0c-4b1e-9c55-1c3a2f5f7f11")


@pytest.fixture
def login(cast: Cast) -> list[LoginEvent]:
    records.append_rows(
        cast.acme.pk,
        [
            {"request_id": REQUEST, "session": "4f0a1b2c3d4e5f60", "ip": "192.0.2.7", "user_id": cast.alice.pk},
            {"request_id": REQUEST, "session": "9007199254740993", "ip": "::1", "user_id": cast.bob.pk},
            {"request_id": OTHER, "session": "7774768274764e60", "ip": "213.136.8.9", "place": str(OTHER)},
        ],
    )
    with acting_as(tenant_id=cast.acme.pk):
        return list(LoginEvent.objects.for_tenant(cast.acme.pk).order_by("id"))


class TestLoginActivity:
    def test_an_id_finds_what_has_it(self, cast: Cast, login: list[LoginEvent]) -> None:
        first, second, third = login
        for word in ways(REQUEST):
            assert found(LOGIN_ACTIVITY, cast, word) == [second.id, first.id]
        for event in login:
            for word in ways(event.id):
                assert found(LOGIN_ACTIVITY, cast, word) == [event.id]
        assert found(LOGIN_ACTIVITY, cast, str(cast.bob.pk)) == [second.id]
        assert found(LOGIN_ACTIVITY, cast, str(OTHER)) == [third.id]
        assert found(LOGIN_ACTIVITY, cast, f"{REQUEST} 192.0.2.7") == [first.id]
        assert found(LOGIN_ACTIVITY, cast, f"{REQUEST} {second.id}") == [second.id]
        assert found(LOGIN_ACTIVITY, cast, f"{REQUEST} nothing") == []
        assert found(LOGIN_ACTIVITY, cast, str(KEY)) == []

    def test_only_within_the_period_and_the_tenant(self, cast: Cast, login: list[LoginEvent]) -> None:
        long_ago = {"period": "custom", "from": "2020-01-01", "to": "2020-01-31"}
        assert found(LOGIN_ACTIVITY, cast, str(login[0].id), **long_ago) == []
        records.append_rows(cast.globex.pk, [{"request_id": KEY, "session": "aaaabbbbccccdddd"}])
        for word in (str(KEY), "aaaabbbbccccdddd"):
            assert found(LOGIN_ACTIVITY, cast, word) == []

    def test_an_id_within_a_text(self, cast: Cast) -> None:
        records.append_rows(cast.acme.pk, [{"place": f"at {KEY}"}])
        assert len(found(LOGIN_ACTIVITY, cast, str(KEY))) == 1

    @pytest.mark.parametrize("prefix", ["", "s", "s-"])
    def test_a_session(self, cast: Cast, login: list[LoginEvent], prefix: str) -> None:
        for event in login:
            for name in (event.session, event.session.upper(), f'"{prefix}{event.session}"'):
                assert found(LOGIN_ACTIVITY, cast, f"{prefix}{name}" if '"' not in name else name) == [event.id]

    def test_an_address(self, cast: Cast, login: list[LoginEvent]) -> None:
        for word in ADDRESSES["192.0.2.7"]:
            assert found(LOGIN_ACTIVITY, cast, word) == [login[0].id]
        for word in ADDRESSES["::1"]:
            assert found(LOGIN_ACTIVITY, cast, word) == [login[1].id]
        for network in ("213.136.8.0/24", "213.136.0.0/16", "213.0.0.0/8"):
            for word in ADDRESSES[network]:
                assert found(LOGIN_ACTIVITY, cast, word) == [login[2].id]

    def test_the_page_in_a_few_statements(self, cast: Cast, login: list[LoginEvent]) -> None:
        alice = sign_in(cast.alice)
        path = "/settings/identity-access/login-activity/"
        for word in (str(REQUEST), str(login[0].id), login[0].session, str(KEY)):
            alice.get(path, {"q": word})
            with at_most(12):
                assert alice.get(path, {"q": word}).status_code == 200
            assert alice.get(f"{path}chart/", {"q": word}).status_code == 200
            download = alice.get(f"{path}download/", {"q": word})
            assert download.status_code == 200
            download.getvalue()


class TestAuditTrail:
    @pytest.fixture
    def events(self, cast: Cast) -> list[AuditEvent]:
        there = Client(address=ip_address("192.0.2.7"))
        for request, actor, resource in (
            (REQUEST, cast.bob, KEY),
            (OTHER, cast.alice, cast.bob.pk),
            (OTHER, None, None),
        ):
            context = RequestContext(
                tenant_id=cast.acme.pk,
                request_id=request,
                actor=actor.as_actor() if actor else None,
                client=Client() if actor else there,
            )
            with using(context):
                put(cast.acme.pk, [{"resource_id": resource and str(resource)}])
        with acting_as(tenant_id=cast.acme.pk):
            return list(AuditEvent.objects.for_tenant(cast.acme.pk).order_by("id"))[-3:]

    def test_an_id_finds_what_has_it_in_any_column(self, cast: Cast, events: list[AuditEvent]) -> None:
        first, second, third = events
        for key, expected in ((REQUEST, [first]), (OTHER, [third, second]), (KEY, [first]), (third.id, [third])):
            for word in ways(key):
                assert found(AUDIT_TRAIL, cast, word) == [event.id for event in expected]
        assert found(AUDIT_TRAIL, cast, str(cast.bob.pk))[:2] == [second.id, first.id]
        for word in ADDRESSES["192.0.2.7"]:
            assert found(AUDIT_TRAIL, cast, word) == [third.id]


@pytest.mark.parametrize("model", ["login_activity/loginevent", "audit_trail/auditevent"])
def test_support_finds_an_id_as_it_is_pasted(cast: Cast, model: str, login: list[LoginEvent]) -> None:
    with using(RequestContext(tenant_id=cast.acme.pk, request_id=REQUEST)):
        put(cast.acme.pk, [{}])
    dana = sign_in(cast.dana)
    expected = 2 if "login" in model else 1
    for word in ways(REQUEST):
        response = dana.get(f"/admin/{model}/", {"q": word})
        assert len(response.context["cl"].result_list) == expected, word
