"""What the documents describe exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from wisely_security.reference import document
from wisely_security.reference.checks import CHECKS
from wisely_security.reference.document import OURS
from wisely_security.reference.environment import VARIABLES

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
README = DOCUMENTS[0].read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
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
    commands = set(re.findall(r"`?make ([a-z-]+)", README + DOCUMENTS[1].read_text()))
    assert {"run", "test", "check"} <= commands <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert named <= set(get_commands())


def test_every_environment_variable_of_the_settings_is_in_the_reference() -> None:
    source = (ROOT / "wisely_security" / "settings.py").read_text()
    reads = r"environ(?:\.get\(|\[)|env\.\w+\("
    read = set(re.findall(rf'(?:{reads})\s*"([A-Z_]+)"', source))
    assert read == {name for name, _, _ in VARIABLES}


def test_every_system_check_is_in_the_reference() -> None:
    sources = [path for folder in OURS for path in (ROOT / folder).rglob("*.py") if path.parent.name != "reference"]
    found = {each for path in sources for each in re.findall(r'"([a-z_]+\.[EW]\d{3})"', path.read_text())}
    assert found - set(settings.SILENCED_SYSTEM_CHECKS) == set(CHECKS)


def test_the_reference_is_up_to_date() -> None:
    assert document.PATH.read_text() == document.text(), (
        f"docs/reference/generated.md is out of date: {document.COMMAND}"
    )
