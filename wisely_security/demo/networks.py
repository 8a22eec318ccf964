"""The networks that the demo's people sign in from (``networks.csv``), and a small MMDB file that knows them."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from login_activity.places.countries import COUNTRIES
from login_activity.places.records import Place, place_of

from . import read_table


@dataclass(frozen=True, slots=True)
class DemoNetwork:
    network: IPv4Network | IPv6Network
    place: Place
    time_zone: str


def _network(row: dict[str, str]) -> DemoNetwork:
    code, position = row["country_code"], (float(row["latitude"]), float(row["longitude"]))
    place = place_of(row["city"], row["region"], COUNTRIES[code], code, *position)
    return DemoNetwork(ip_network(row["network"]), place, row["time_zone"])


DEMO_NETWORKS = tuple(_network(row) for row in read_table("networks.csv"))


def provide_places() -> None:
    """Build the demo's database of places, unless there is another."""
    if not settings.GEOIP_PATH:
        return
    path = Path(settings.GEOIP_PATH)
    if path.suffix != ".mmdb":
        path = next(path.glob("*.mmdb"), path / "demo.mmdb")
    if not path.exists():
        build_demo_database(path)


def build_demo_database(path: Path) -> None:
    """Write DEMO_NETWORKS to an MMDB file, in MaxMind's schema, in place of one that is there."""
    writer = MMDBWriter(
        ip_version=6,
        ipv4_compatible=True,
        database_type="Wisely-Demo-City",
        languages=["en"],
        description={"en": "Networks of the Wisely demo"},
    )
    for demo in DEMO_NETWORKS:
        writer.insert_network(IPSet([str(demo.network)]), _maxmind_record(demo.place))
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".places-") as workspace:
        unfinished = Path(workspace) / path.name
        writer.to_db_file(str(unfinished))
        unfinished.replace(path)  # in one step: a running server never sees half a file


def _maxmind_record(place: Place) -> dict[str, object]:
    return {
        "city": {"names": {"en": place.city}},
        "country": {"iso_code": place.country_code, "names": {"en": place.country}},
        "location": {"latitude": place.latitude, "longitude": place.longitude},
        "subdivisions": [{"names": {"en": place.region}}] if place.region else [],
    }
