"""Whose address a request has: as far as trusted proxies vouch for it, and never what the client says of itself."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import example, given
from hypothesis import strategies as st

from wisely_security.core.http.client_address import TrustedProxies, parse_address

CLIENT, PROXY, INNER_PROXY, LIE = "203.0.113.7", "10.0.0.1", "10.0.0.2", "198.51.100.66"
PROXIES = ip_network("10.0.0.0/8"), ip_network("fd00::/8")


def client_of(setting: str, peer: str = PROXY, **headers: str) -> str:
    meta = {"REMOTE_ADDR": peer, **{f"HTTP_{name.upper()}": value for name, value in headers.items()}}
    return str(TrustedProxies.parse(setting).client(meta))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:8080 ", "192.0.2.1"),
        ('"192.0.2.1:8080"', "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:80", "192.0.2.1"),
        *(
            (text, None)
            for text in ("", "unknown", "_hidden", "81.2.69", "1.2.3.4.5", "01.2.3.4", "::1::", "a:b", "\0")
        ),
    ],
)
def test_an_address_is_read_however_it_is_written(text: str, address: str | None) -> None:
    assert parse_address(text) == (address and ip_address(address))


class TestWithoutProxies:
    def test_the_headers_are_not_read(self) -> None:
        assert client_of("", CLIENT, x_forwarded_for=LIE, forwarded=f"for={LIE}") == CLIENT
        assert client_of("0", CLIENT, x_forwarded_for=LIE) == CLIENT

    def test_a_connection_without_an_address_has_none(self) -> None:
        assert client_of("", "") == "None"


class TestCountedProxies:
    def test_each_proxy_is_one_entry_from_the_right(self) -> None:
        assert client_of("1", x_forwarded_for=CLIENT) == CLIENT
        assert client_of("1", x_forwarded_for=f"{LIE}, {CLIENT}") == CLIENT
        assert client_of("2", INNER_PROXY, x_forwarded_for=f"{LIE}, {CLIENT}, {PROXY}") == CLIENT

    def test_a_proxy_on_a_socket_has_no_address(self) -> None:
        assert client_of("1", "", x_forwarded_for=f"{LIE}, {CLIENT}") == CLIENT

    def test_without_a_header_it_is_whoever_connects(self) -> None:
        assert client_of("1", CLIENT) == CLIENT
        assert client_of("1", CLIENT, x_forwarded_for=" , ,", forwarded=" ") == CLIENT

    def test_an_invalid_entry_ends_the_search(self) -> None:
        assert client_of("2", x_forwarded_for=f"{LIE}, unknown, {INNER_PROXY}") == INNER_PROXY


class TestProxiesByNetwork:
    def test_the_first_stranger_from_the_right_is_the_client(self) -> None:
        headers = f"{LIE}, {CLIENT}, 10.7.7.7, {INNER_PROXY}"
        assert client_of("10.0.0.0/8", x_forwarded_for=headers) == CLIENT
        assert client_of("10.0.0.1, 10.0.0.2/32", x_forwarded_for=f"{CLIENT}, {INNER_PROXY}") == CLIENT

    def test_a_stranger_is_not_believed(self) -> None:
        assert client_of("10.0.0.0/8", CLIENT, x_forwarded_for=LIE) == CLIENT

    def test_a_client_inside_the_network_is_the_furthest_entry(self) -> None:
        assert client_of("10.0.0.0/8", x_forwarded_for="10.9.9.9") == "10.9.9.9"

    def test_ipv4_inside_ipv6_is_ipv4(self) -> None:
        assert client_of("10.0.0.0/8", "::ffff:10.0.0.1", x_forwarded_for=f"::ffff:{CLIENT}") == CLIENT

    def test_ipv6_with_ports_and_brackets(self) -> None:
        headers = "[2001:db8::1]:5000, [fd00::9]:443"
        assert client_of("fd00::/8", "fd00::1", x_forwarded_for=headers) == "2001:db8::1"


class TestForwarded:
    """RFC 7239."""

    @pytest.mark.parametrize(
        "element",
        [
            f"for={CLIENT}",
            f'For="{CLIENT}:4711"',
            f"proto=https;by=10.0.0.1;FOR={CLIENT};host=example.com",
            f'host="a,for={LIE}";for={CLIENT};by=_x;',
            f'for={CLIENT};host="a,for={LIE}"',
            f'for={CLIENT};host="a;for={LIE}"',
            rf'host="\",for={LIE};for=";for={CLIENT}',
        ],
    )
    def test_the_last_element_is_what_the_proxy_wrote(self, element: str) -> None:
        assert client_of("1", forwarded=element) == CLIENT
        assert client_of("1", forwarded=f"for={LIE};proto=http , {element}") == CLIENT
        assert client_of("10.0.0.0/8", forwarded=f"for={LIE}, {element}") == CLIENT

    @pytest.mark.parametrize("hop", ["proto=https", "for=", "for=unknown", 'for="_gazonk"', "by=10.0.0.1;proto=http"])
    def test_a_proxy_that_names_nobody_is_a_hop_all_the_same(self, hop: str) -> None:
        assert client_of("1", forwarded=f"for={LIE}, {hop}") == PROXY

    @pytest.mark.parametrize("opened", ['x="', f'for={LIE};x="', 'x="\\', f"for={LIE};x", '"', f'for="{LIE}'])
    def test_an_unclosed_quote_does_not_forge_an_address(self, opened: str) -> None:
        for proxied in (f"for={CLIENT}", f'for="[2001:db8::1]";host="for={LIE}"'):
            assert client_of("1", forwarded=f"{opened}, {proxied}") != LIE

    def test_a_malformed_header_does_not_make_the_other_decide(self) -> None:
        assert client_of("1", forwarded=f'x=", for={CLIENT}', x_forwarded_for=LIE) == PROXY

    def test_two_headers_count_where_they_agree(self) -> None:
        assert client_of("1", forwarded=f"for={CLIENT}", x_forwarded_for=f"{LIE}, {CLIENT}") == CLIENT
        assert client_of("1", forwarded=f"for={LIE}", x_forwarded_for=CLIENT) == PROXY


addresses = st.ip_addresses().map(str)
anything = st.text(max_size=60) | st.sampled_from([LIE, "unknown", '"', 'for="', ",", ";", "\\", f"for={LIE}", ""])
lies = st.lists(st.one_of(addresses, anything), max_size=8)
strangers = st.ip_addresses().filter(
    lambda a: not any(a in network for network in PROXIES) and getattr(a, "ipv4_mapped", None) is None
)


@given(lies, st.integers(1, 4), strangers)
def test_no_prefix_forges_an_address_through_counted_proxies(
    prefix: list[str], hops: int, client: IPv4Address | IPv6Address
) -> None:
    written = [str(client), *[f"10.0.0.{number}" for number in range(1, hops)]]
    assert client_of(str(hops), "10.0.0.99", x_forwarded_for=", ".join([*prefix, *written])) == str(client)
    assert client_of("10.0.0.0/8", "10.0.0.99", x_forwarded_for=", ".join([*prefix, *written])) == str(client)


@given(lies, st.integers(1, 4), strangers)
@example([f'for={LIE};host="'], 1, ip_address("2001:db8::1"))
@example([f"for={LIE};", ""], 2, ip_address(CLIENT))
def test_no_prefix_forges_an_address_in_forwarded(
    prefix: list[str], hops: int, client: IPv4Address | IPv6Address
) -> None:
    written = [f'for="[{client}]";proto=https' if client.version == 6 else f"for={client}"]
    written += [f"for=10.0.0.{number}" for number in range(1, hops)]
    ours = {str(client), *[f"10.0.0.{number}" for number in range(1, hops)], "10.0.0.99"}
    assert client_of(str(hops), "10.0.0.99", forwarded=", ".join([*prefix, *written])) in ours
    assert client_of("10.0.0.0/8", "10.0.0.99", forwarded=", ".join([*prefix, *written])) in ours


@given(st.sampled_from(["", "1", "20", "10.0.0.0/8,::/0"]), st.text(), st.text(), st.text())
def test_nothing_that_a_client_sends_raises(setting: str, peer: str, forwarded: str, x_forwarded_for: str) -> None:
    for remote in (peer, PROXY):
        client_of(setting, remote, forwarded=forwarded, x_forwarded_for=x_forwarded_for)


@pytest.mark.parametrize("entry", [LIE, "unknown", 'for="', "for=1.1.1.1", "\\", '"', ";", " "])
def test_twenty_thousand_entries_are_read_from_the_right(entry: str) -> None:
    header = ",".join([entry] * 20_000)
    assert client_of("2", x_forwarded_for=f"{header},{CLIENT},{INNER_PROXY}") == CLIENT
    assert client_of("2", forwarded=f"{header},for={CLIENT},for={INNER_PROXY}") in {CLIENT, PROXY}


@pytest.mark.parametrize(
    "setting", ["-1", "1.5", "one", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;192.0.2.1", "²", "21"]
)
def test_a_setting_that_says_neither_number_nor_networks_is_refused(setting: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        TrustedProxies.parse(setting)
