from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login_activity.places.locate import (
    PRIVATE,
    UNKNOWN,
    locate,
)

from .files import LONDON, MUMBAI


def teredo(client: str) -> str:
    """RFC 4380: 2001::/32, the server's address, flags, port, and the client's address with every bit turned over."""
    server, port = int(IPv4Address("65.54.227.120")), 40000
    hidden = int(IPv4Address(client)) ^ 0xFFFF_FFFF
    return str(IPv6Address(0x2001_0000 << 96 | server << 64 | 0x8000 << 48 | (port ^ 0xFFFF) << 32 | hidden))


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "81.2.69.142",
            " 81.2.69.142 ",
            IPv4Address("81.2.69.142"),
            "::ffff:81.2.69.142",
            "::ffff:5102:458e",
            IPv6Address("::ffff:81.2.69.142"),
            "2002:5102:458e::1",
            "2002:5102:458e:1::5efe:a00:1",
            "64:ff9b::81.2.69.142",
            "64:ff9b:1::81.2.69.142",
            "64:ff9b:1:77:88::81.2.69.142",
            "::ffff:0:81.2.69.142",
            "::81.2.69.142",
            teredo("81.2.69.142"),
        ],
    )
    @pytest.mark.parametrize("ip_version", [4, 6])
    def test_ipv4_however_it_is_carried(self, use: Callable[..., Path], address: Any, ip_version: int) -> None:
        use({"81.2.69.0/24": LONDON}, ip_version=ip_version)
        assert locate(address).city == "London"

    @pytest.mark.parametrize("address", [teredo("198.51.100.7"), "2002:c633:6407::1", "64:ff9b::198.51.100.7"])
    def test_a_carrier_is_never_placed_where_its_relay_or_translator_stands(
        self, use: Callable[..., Path], address: str
    ) -> None:
        use({"2001::/32": LONDON, "2002::/16": LONDON, "64:ff9b::/96": LONDON, "65.54.227.0/24": LONDON})
        assert locate(address) is UNKNOWN

    @pytest.mark.parametrize("client", ["10.0.0.1", "192.168.1.1", "127.0.0.1", "100.64.0.1", "224.0.0.1", "0.0.0.0"])
    def test_no_tunnel_comes_from_a_network_that_is_not_public(self, use: Callable[..., Path], client: str) -> None:
        use({"2001::/32": LONDON, "2002::/16": LONDON})
        assert locate(teredo(client)) is UNKNOWN
        assert locate(str(IPv6Address(0x2002 << 112 | int(IPv4Address(client)) << 80 | 1))) is UNKNOWN

    def test_isatap_is_placed_by_the_network_around_it(self, use: Callable[..., Path]) -> None:
        """RFC 5214: the IPv4 address at its end is one inside the site, and mostly private."""
        use({"2a00:23c4::/32": LONDON})
        assert locate("2a00:23c4::5efe:10.0.0.1").city == "London"
        assert locate("fe80::5efe:81.2.69.142") is PRIVATE

    @pytest.mark.parametrize(
        "address",
        [
            "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.7.7",
            "100.64.0.1", "100.127.255.255", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1",
            "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::10.0.0.1", "64:ff9b::192.168.1.1", "64:ff9b:1::10.0.0.1",
            "fec0::1", "fdff:ffff::1", "febf::1", "::ffff:100.64.0.1",
        ],
    )  # fmt: skip
    def test_private_networks(self, use: Callable[..., Path], address: str) -> None:
        use({"0.0.0.0/1": LONDON, "128.0.0.0/1": LONDON, "8000::/1": MUMBAI})
        assert locate(address) is PRIVATE
        assert PRIVATE.label == "Private network"

    @pytest.mark.parametrize(
        "address",
        [
            None, "", "unknown", "81.2.69", "81.2.69.142.7", "081.2.69.142", "81.2.69.142:443", "[::1]",
            "::ffff:", "1" * 70_000, b"\x51\x02\x45\x8e", 1359103374, "172.32.0.1", "100.128.0.1",
            "0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.51.100.1",
            "203.0.113.1", "2001:db8::1", "ff02::1", "198.18.0.1", "192.0.0.1", "192.88.99.1", "100.63.255.255",
            "169.253.0.1", "172.15.0.1", "192.167.1.1", "192.169.1.1", "3fff::1", "100::1", "2001:2::1", "::2",
            "::ffff:192.0.2.1", "::ffff:255.255.255.255", "fe00::1",
        ],
    )  # fmt: skip
    def test_neither_private_nor_in_the_file(self, use: Callable[..., Path], address: Any) -> None:
        use({"81.2.69.0/24": LONDON})
        assert locate(address) is UNKNOWN
        assert UNKNOWN.label == "Unknown location"

    def test_a_file_may_know_a_reserved_range(self, use: Callable[..., Path]) -> None:
        use({"203.0.113.0/24": LONDON, "2001:db8::/32": MUMBAI})
        assert (locate("203.0.113.9").city, locate("2001:db8::9").city) == ("London", "Mumbai")

    def test_ipv6_in_a_file_of_ipv4_only(self, use: Callable[..., Path], caplog: pytest.LogCaptureFixture) -> None:
        use({"81.2.69.0/24": LONDON}, ip_version=4)
        assert locate("2a00:23c4::1") is UNKNOWN
        assert not caplog.records

    @given(st.text() | st.ip_addresses().map(str))
    def test_no_text_is_an_error(self, demo_file: Path, address: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.GEOIP_PATH", demo_file)
            assert locate(address).label
