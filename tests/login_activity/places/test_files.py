import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from login_activity.places import files as place_files
from login_activity.places.locate import (
    PRIVATE,
    UNKNOWN,
    Attribution,
    attribution,
    locate,
    warm_up,
)

from .files import LONDON, MUMBAI, write_mmdb


@pytest.fixture
def always_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_files, "CHECK_SECONDS", 0)


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

    def test_broken_on_lookup_is_logged_once_per_state(
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

    def test_a_lookup_does_not_access_the_disk_each_time(
        self, use: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(place_files, "CHECK_SECONDS", 1000)
        path = use({"81.2.69.0/24": LONDON})
        warm_up()
        path.unlink()
        assert locate("81.2.69.142").city == "London"

    def test_cut_short_in_place_while_in_use(self, use: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        """A mapped file would change under its reader, and one of more than a page would kill the process."""
        path = use({"81.2.69.0/24": LONDON})
        monkeypatch.setattr(place_files, "CHECK_SECONDS", 1000)
        warm_up()
        os.truncate(path, 1)
        assert locate("81.2.69.142").city == "London"

    def test_swapped_under_many_threads(self, use: Callable[..., Path]) -> None:
        path = use({"81.2.69.0/24": LONDON})

        def city_of(_: int) -> str:
            return locate("81.2.69.142").city

        with ThreadPoolExecutor(8) as pool:
            cities = pool.map(city_of, range(2000))
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
        ("kind", "record"),
        [
            ("GeoLite2-ASN", {"autonomous_system_number": 2856, "autonomous_system_organization": "BT"}),
            ("GeoIP2-ISP", {"isp": "BT", "organization": "BT", "autonomous_system_number": 2856}),
            ("GeoIP2-Anonymous-IP", {"is_anonymous": True, "is_hosting_provider": True}),
            ("GeoIP2-Connection-Type", {"connection_type": "Cable/DSL"}),
            ("GeoIP2-Domain", {"domain": "bt.com"}),
            ("DBIP-ASN-Lite", {"autonomous_system_number": 2856}),
            ("ipinfo generic", {"asn": "AS2856", "as_name": "BT", "as_domain": "bt.com"}),
            ("of nothing", {}),
            ("of texts", "London"),
            ("A-Country", {"country": {"iso_code": "FR"}}),
            ("A-flat-Country", {"country_code": "FR"}),
            ("A-registry", {"registered_country": {"iso_code": "FR"}}),
            ("A-continent", {"continent": {"code": "EU", "names": {"en": "Europe"}}}),
        ],
    )
    @pytest.mark.parametrize("name", ["a.mmdb", "z.mmdb"])
    @pytest.mark.parametrize("city", [LONDON, MUMBAI])
    def test_the_file_that_knows_the_city_is_used_whatever_lies_beside_it(
        self, settings: Settings, tmp_path: Path, kind: str, record: object, name: str, city: dict[str, Any]
    ) -> None:
        settings.GEOIP_PATH = tmp_path
        write_mmdb(tmp_path / name, {"81.2.69.0/24": record}, kind=kind)
        write_mmdb(tmp_path / "GeoLite2-City.mmdb", {"81.2.69.0/24": city}, kind="GeoLite2-City")
        assert locate("81.2.69.142").city in ("London", "Mumbai")
        assert attribution() is not None or kind.startswith("A-")

    def test_each_address_falls_back_to_the_file_that_knows_it(self, settings: Settings, tmp_path: Path) -> None:
        settings.GEOIP_PATH = tmp_path
        write_mmdb(tmp_path / "ASN.mmdb", {"0.0.0.0/1": {"autonomous_system_number": 1}}, kind="GeoLite2-ASN")
        write_mmdb(tmp_path / "City.mmdb", {"81.2.69.0/24": LONDON, "81.2.70.0/24": {"location": {}}})
        write_mmdb(tmp_path / "Country.mmdb", {"81.2.0.0/16": {"country": {"iso_code": "GB"}}}, ip_version=4)
        (tmp_path / "Empty.mmdb").write_bytes(b"")
        labels = [locate(f"81.{rest}").label for rest in ("2.69.1", "2.70.1", "2.71.1", "3.0.1")]
        assert labels == ["London, England, United Kingdom", "United Kingdom", "United Kingdom", "Unknown location"]

    def test_a_file_without_places_is_not_credited(self, settings: Settings, tmp_path: Path) -> None:
        settings.GEOIP_PATH = tmp_path
        write_mmdb(tmp_path / "a.mmdb", {"81.2.69.0/24": {"autonomous_system_number": 1}}, kind="GeoLite2-ASN")
        assert (attribution(), locate("81.2.69.142")) == (None, UNKNOWN)
        write_mmdb(tmp_path / "b.mmdb", {"81.2.69.0/24": LONDON}, kind="DBIP-City-Lite")
        assert attribution() == Attribution("IP geolocation by DB-IP", "https://db-ip.com")

    def test_the_latest_subfolder_is_used_first(self, settings: Settings, tmp_path: Path) -> None:
        settings.GEOIP_PATH = tmp_path
        for folder, record in (("City_20260101", MUMBAI), ("City_20261101", LONDON), (".fetch-1", MUMBAI)):
            (tmp_path / folder).mkdir()
            write_mmdb(tmp_path / folder / "City.mmdb", {"81.2.69.0/24": record})
        (tmp_path / "folder.mmdb").mkdir()
        assert locate("81.2.69.142").city == "London"
        (tmp_path / "current.mmdb").symlink_to(tmp_path / "City_20260101" / "City.mmdb")
        assert locate("81.2.69.142").city == "Mumbai"
        write_mmdb(tmp_path / "City_20260101" / "City.mmdb", {"81.2.69.0/24": LONDON})
        assert locate("81.2.69.142").city == "London"

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
