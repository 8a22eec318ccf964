"""Filters select exactly what they state: compared with the same conditions in Python, event by event."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from login_activity.devices.identify import DeviceKind
from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Status
from tests.reports.filters.acme_record import FROM, Record, holds, make_record, shown
from tests.support.cast import Cast
from wisely_security.core.request_context import RequestContext, using
from wisely_security.demo.networks import build_demo_database

PAGE = "/settings/identity-access/login-activity/"


@pytest.fixture
def acme(cast: Cast, events: Any, tmp_path: Path, settings: Any) -> Record:
    settings.GEOIP_PATH = str(tmp_path / "places.mmdb")
    build_demo_database(tmp_path / "places.mmdb")
    return make_record(cast, events)


def test_no_filter_selects_everything_of_the_tenant_and_nothing_else(acme: Record) -> None:
    assert acme.selected() == acme.those(lambda event: True)
    assert len(acme.events) == 9 * len(FROM)


def test_user(acme: Record) -> None:
    zoes = acme.those(lambda event: event.user_id == acme.zoe.pk)
    assert len(zoes) == 4 * len(FROM)
    for value in (str(acme.zoe.pk), acme.zoe.pk.hex.upper(), "zoe_100%@acme.example", " ZOE_100%@Acme.example "):
        assert acme.selected(user=value) == zoes
    nobodies = acme.those(lambda event: event.user_id is None)
    assert acme.selected(user="unknown") == acme.selected(user=" Unknown ") == nobodies
    assert acme.selected(user="nobody@acme.example") == acme.those(lambda e: e.user_email == "nobody@acme.example")
    for value in ("zoe%@acme.example", str(acme.cast.charlie.pk), "charlie@globex.example"):
        assert acme.selected(user=value) == []


def test_views_can_be_left_out(acme: Record) -> None:
    record(Action.VIEW, acme.cast.alice, detail={"area": "Users"})
    assert len(acme.selected()) == len(acme.events) + 1
    assert acme.selected(action="-view") == acme.those(lambda event: True)


@pytest.mark.parametrize(
    ("name", "column", "choices"),
    [
        ("status", "status", Status.choices),
        ("action", "action", Action.choices),
        ("device", "device_kind", DeviceKind.choices),
        ("country", "country", [("GB", "United Kingdom"), ("IN", "India"), ("FR", "France")]),
    ],
)
def test_a_choice_by_its_key_or_label_in_any_case(acme: Record, name: str, column: str, choices: Any) -> None:
    seen = 0
    for key, label in choices:
        those = acme.those(lambda event, key=key: getattr(event, column) == key)  # type: ignore[misc]
        seen += bool(those)
        for value in (key, key.upper(), label, label.lower(), f" {label} "):
            assert acme.selected(**{name: value}) == those
    assert seen >= 2


WORDS = [
    *("alice", "ALICE@", "zoe_", "ZOË", "100%", "100%_zoë", "_", "%", "\\", "\\temp", "c:\\", "'", "o'neil", '"', '"q'),
    *("😀", "hunter2", "nobody@", "••", "iphone", "windows", "curl/8", "london", "maharashtra", "private", "unknown"),
    *("wrong", "wrong password", "password wrong", "link sent", "log in", "failure", "reset", "sign-in settings"),
    *("49.36", "2001:DB8", "alice windows london", "alice curl failure", "zoë' ", "'; DROP TABLE x; --", "{}", "a%a"),
    *("%s", "%%", "\\\\", "\\%", "\\_", "\u202e", "Ａlice", "nothing-like-this", "alice nothing-like-this"),
]


def test_free_text_is_found_anywhere_in_what_is_shown(acme: Record) -> None:
    for text in WORDS:
        assert acme.selected(q=text) == acme.those(lambda event, text=text: holds(event, text)), text  # type: ignore[misc]
    assert len(acme.selected(q="wrong password")) == 2 * len(FROM)


@settings(max_examples=60)
@given(st.data())
def test_every_part_of_what_is_shown_finds_its_event(acme: Record, data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(acme.events))
    text = data.draw(st.sampled_from([each for each in shown(event) if each]))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : start + data.draw(st.integers(1, 30))]
    if any(is_network(word) for word in part.split()):
        return
    found = acme.selected(q=part)
    assert event.id in found
    assert found == acme.those(lambda event: holds(event, part))


def is_network(word: str) -> bool:
    try:
        return bool(ip_network(word, strict=False))
    except ValueError:
        return False


@pytest.mark.parametrize(
    "network",
    [
        "81.2.69.144",
        "81.2.69.0/24",
        "81.2.69.9/24",
        "0.0.0.0/0",
        "10.0.0.0/255.0.0.0",
        "2001:db8::/32",
        "2001:DB8:0::7",
    ],
)
def test_an_address_or_a_network_finds_what_came_from_it(acme: Record, network: str) -> None:
    def inside(event: LoginEvent) -> bool:
        return ip_address(str(event.ip)) in ip_network(network, strict=False)

    assert acme.selected(q=network) == acme.those(inside) != []
    assert acme.selected(q=f"alice {network}") == acme.those(lambda event: inside(event) and holds(event, "alice"))


def test_an_address_is_found_as_ipv4_in_ipv6_too(acme: Record) -> None:
    assert acme.selected(q="::ffff:81.2.69.144") == acme.selected(q="81.2.69.144") != []


def test_text_that_resembles_an_address_breaks_nothing(acme: Record) -> None:
    for text in ("fe80::1%eth0", "fe80::1%eth0/64", "1.2.3.4/", "1.2.3.4/33", "::/129", "0", "/0"):
        assert acme.selected(q=text) in ([], acme.those(lambda event, text=text: holds(event, text)))  # type: ignore[misc]


def test_filters_hold_together(acme: Record) -> None:
    query = {
        "user": str(acme.zoe.pk),
        "status": "failure",
        "country": "IN",
        "q": "iphone",
    }
    assert acme.selected(**query) == acme.those(
        lambda e: (e.user_id, e.status, e.country) == (acme.zoe.pk, "failure", "IN") and holds(e, "iphone")
    )
    assert acme.selected(user="", status="", q="  ", period="") == acme.selected()


def test_another_tenants_user_selects_nothing_and_shows_nothing(alice: Browser, cast: Cast) -> None:
    with using(RequestContext(tenant_id=cast.globex.pk)):
        record(Action.LOG_IN, cast.charlie)
    for value in (str(cast.charlie.pk), cast.charlie.email):
        response = alice.get(PAGE, {"user": value})
        assert response.context["events"] == []
        assert cast.charlie.name not in response.content.decode()
    assert cast.charlie.email not in alice.get(PAGE, {"user": str(cast.charlie.pk)}).content.decode()
