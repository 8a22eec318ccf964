"""What the documents say is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = DOCUMENTS[0].read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_readmes_map_shows_folders_that_exist() -> None:
    [drawn] = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    inside = ""
    for line in drawn.splitlines():
        names = re.findall(r"[\w.]+(?:/|\.py)", line[:24])
        assert names, line
        for name in names:
            assert (ROOT / (inside if line.startswith("  ") else "") / name).exists(), line
        if not line.startswith("  "):
            inside = names[0]


def test_the_readmes_commands_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(re.findall(r"make ([a-z-]+)", README))
    assert {"run", "test", "check"} <= commands <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert named <= set(get_commands())


def test_every_environment_variable_of_the_settings_is_documented() -> None:
    source = (ROOT / "wisely_security" / "settings.py").read_text()
    read = set(
        re.findall(r'(?:environ(?:\.get\(|\[)|_flag\(|_list\(|_months\(|_number\(|_database_at\()"([A-Z_]+)"', source)
    )
    operations = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in read if f"`{name}`" not in operations} == set()


def test_every_fault_that_the_check_of_the_database_finds_is_documented() -> None:
    sources = [
        *(ROOT / "wisely_security" / "database").rglob("*.py"),
        *(ROOT / "wisely_security" / "ledger").glob("*.py"),
    ]
    found = {
        each for path in sources for each in re.findall(r'"((?:wisely_security|ledger)\.[EW]\d+)"', path.read_text())
    }
    operations = (ROOT / "docs" / "operations.md").read_text()
    documented = set()
    for row in re.findall(r"^\| (`(?:wisely_security|ledger)\..*?) \|", operations, re.MULTILINE):
        app = row[1:].partition(".")[0]
        numbers = re.findall(r"([EW])(\d+)", row)
        if "–" in row:
            (kind, first), (_, last) = numbers
            numbers = [(kind, f"{number:03}") for number in range(int(first), int(last) + 1)]
        documented |= {f"{app}.{kind}{number}" for kind, number in numbers}
    of_the_replica = {f"wisely_security.E00{number}" for number in (2, 3, 4)}
    assert found - of_the_replica == documented
