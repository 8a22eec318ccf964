from collections.abc import Callable
from pathlib import Path

import geoip2.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from login_activity.places.locate import (
    COUNTRIES,
    UNKNOWN,
    Place,
    locate,
)
from login_activity.places.records import place_from_record

from .files import LONDON, MUMBAI


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
            ({"country": "DE", "city": "Berlin", "region": "Berlin"}, "Berlin, Germany", "DE"),
            ({"country": "Germany", "country_code": "DE", "continent": "Europe"}, "Germany", "DE"),
            (
                {"country_code": "IN", "country_name": "India", "region_name": "Goa", "city_name": "Panaji"},
                "Panaji, Goa, India",
                "IN",
            ),
            ({"country_code": "-", "country_name": "-", "region_name": "-", "city_name": "-"}, "Unknown location", ""),
            ({"country": {}, "country_code": "DE"}, "Germany", "DE"),
            ({"latitude": 1.0, "longitude": 1.0}, "Unknown location", ""),
            ({"autonomous_system_number": 2856}, "Unknown location", ""),
            ({}, "Unknown location", ""),
            (["GB"], "Unknown location", ""),
            ("London", "Unknown location", ""),
            (7, "Unknown location", ""),
            (None, "Unknown location", ""),
        ],
    )
    def test_missing_and_invalid_values_are_left_out(self, record: object, label: str, code: str) -> None:
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

    def test_the_equator_and_greenwich_are_places(self) -> None:
        for location in ({"latitude": 0.0, "longitude": 6.6}, {"lat": 51.48, "lng": 0}):
            place = place_from_record({"city": "Here", **location})
            assert (place.latitude, place.longitude) == tuple(location.values())

    def test_geoip2_agrees(self, use: Callable[..., Path]) -> None:
        path = use({"81.2.69.0/24": LONDON})
        with geoip2.database.Reader(path) as reader:
            city = reader.city("81.2.69.142")
        place = locate("81.2.69.142")
        assert (place.city, place.region) == (city.city.name, city.subdivisions[0].name)
        assert (place.country_code, place.latitude) == (city.country.iso_code, city.location.latitude)

    def test_a_record_that_is_no_map_is_unknown(self, use: Callable[..., Path]) -> None:
        use({"81.2.69.0/24": ["London"], "81.2.70.0/24": "London"})
        assert locate("81.2.69.142") == locate("81.2.70.1") == UNKNOWN

    def test_countries(self) -> None:
        assert len(COUNTRIES) == 249 + 1  # ISO's, and Kosovo
        assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
        assert len(set(COUNTRIES.values())) == len(COUNTRIES)
