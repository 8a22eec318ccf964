"""The networks that the demo's people sign in from, and a small MMDB file that knows them.

The table beside this file is the only source: whatever is drawn from it is found in the file.
"""

import csv
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from login_activity.places.countries import COUNTRIES
from login_activity.places.records import Place, place_of


@dataclass(frozen=True, slots=True)
class DemoNetwork:
    network: IPv4Network | IPv6Network
    place: Place
    time_zone: str


def _demo_networks() -> tuple[DemoNetwork, ...]:
    with (Path(__file__).parent / "networks.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            DemoNetwork(
                ip_network(row["network"]),
                place_of(
                    row["city"],
                    row["region"],
                    COUNTRIES[row["country_code"]],
                    row["country_code"],
                    float(row["latitude"]),
                    float(row["longitude"]),
                ),
                row["time_zone"],
            )
            for row in csv.DictReader(table)
        )


DEMO_NETWORKS = _demo_networks()


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
    record: dict[str, object] = {
        "city": {"names": {"en": place.city}},
        "country": {"iso_code": place.country_code, "names": {"en": place.country}},
        "location": {"latitude": place.latitude, "longitude": place.longitude},
    }
    if place.region:
        record["subdivisions"] = [{"names": {"en": place.region}}]
    return record
