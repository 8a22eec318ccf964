"""The schema of the public login data set (das-group/rba-dataset, CC BY 4.0), read and written as a stream.

Stephan Wiefling, Paul René Jørgensen, Sigurd Thunem, Luigi Lo Iacono: Pump Up Password Security! ACM Transactions on
Privacy and Security, 2022, doi 10.1145/3546069.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

COLUMNS = (
    "Login Timestamp",
    "User ID",
    "Round-Trip Time [ms]",
    "IP Address",
    "Country",
    "Region",
    "City",
    "ASN",
    "User Agent String",
    "Browser Name and Version",
    "OS Name and Version",
    "Device Type",
    "Login Successful",
    "Is Attack IP",
    "Is Account Takeover",
)


class Row(NamedTuple):
    """``at``: seconds since 1970. ``attack``: the kind of attacker; the data set's own takeovers have no kind."""

    at: float
    user: int
    rtt: int | None
    ip: str
    country: str
    region: str
    city: str
    asn: int
    user_agent: str
    browser: str
    system: str
    device: str
    is_success: bool
    is_attack_ip: bool = False
    is_takeover: bool = False
    attack: str = ""


TAKEOVER = "takeover"


def read(path: Path, share: float = 1.0) -> Iterator[Row]:
    """Row by row, in the file's order, with columns in any order. ``share``: of the users, all rows of each."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise ValueError(f"{path.name} is not the login data set: it has no column {', '.join(missing)}.")
        places = [header.index(name) for name in COLUMNS]
        for line in reader:
            values = [line[place] for place in places]
            if share >= 1 or crc32(values[1].encode()) < share * 2**32:
                yield _row(values)


def _row(values: list[str]) -> Row:
    at, user, rtt, ip, country, region, city, asn, agent, browser, system, device, *flags = values
    moment = datetime.fromisoformat(at)
    is_success, is_attack_ip, is_takeover = (flag.lower() == "true" for flag in flags)
    return Row(
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(),
        int(user),
        int(float(rtt)) if rtt else None,
        ip,
        country,
        region,
        city,
        int(asn or 0),
        agent,
        browser,
        system,
        device,
        is_success,
        is_attack_ip,
        is_takeover,
        TAKEOVER if is_takeover else "",
    )


def write(path: Path, rows: Iterable[Row]) -> None:
    """What ``read`` reads again, but for the kind of attacker, which the schema has no column for."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            at = datetime.fromtimestamp(row.at, UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")
            writer.writerow([at, row.user, "" if row.rtt is None else row.rtt, *row[3:15]])
