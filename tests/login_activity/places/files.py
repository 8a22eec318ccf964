"""Geolocation files, made here."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

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
