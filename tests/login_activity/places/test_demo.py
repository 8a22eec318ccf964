from pathlib import Path

import geoip2.database
from pytest_django import Settings

from login_activity.places.locate import (
    attribution,
    locate,
)
from wisely_security.demo.networks import DEMO_NETWORKS, build_demo_database


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

    def test_london_as_in_the_maxmind_test_data(self, settings: Settings, demo_file: Path) -> None:
        settings.GEOIP_PATH = demo_file
        assert locate("81.2.69.142").label == "London, England, United Kingdom"
        assert attribution() is None

    def test_geoip2_reads_the_file(self, demo_file: Path) -> None:
        with geoip2.database.Reader(demo_file) as reader:
            city = reader.city("81.2.69.142")
        assert (city.city.name, city.country.iso_code) == ("London", "GB")

    def test_built_again_over_itself(self, tmp_path: Path) -> None:
        for _ in range(2):
            build_demo_database(tmp_path / "demo.mmdb")
        assert [path.name for path in tmp_path.iterdir()] == ["demo.mmdb"]
