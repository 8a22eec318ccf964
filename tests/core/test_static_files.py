"""Static files: few, compressed, cached forever; and the size of a first visit."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings

from tests.audit_trail import records as audit_trail
from tests.support.cast import Cast, person, sign_in
from tests.support.records import append_rows
from wisely_security.core.request_context import acting_as
from wisely_security.core.static_files import IMPORT, SCRIPTS, STYLES
from wisely_security.reports.filtering.people import MOST_PEOPLE_LISTED
from wisely_security.tenancy.models import Role, User

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
SHEETS = Path(settings.BASE_DIR) / "static" / "css"
ROWS = 50
MOST_BYTES, MOST_FILES = 100_000, 8


@pytest.fixture(scope="module", autouse=True)
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the files are collected, as in production."""
    folder = tmp_path_factory.mktemp("static")
    storage = {"BACKEND": "wisely_security.core.static_files.CollectedFiles"}
    with override_settings(
        STATIC_ROOT=folder,
        STORAGES=settings.STORAGES | {"staticfiles": storage},
        WHITENOISE_AUTOREFRESH=False,
        WHITENOISE_USE_FINDERS=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


class Visit:
    """A page, and all that it refers to, as they travel."""

    def __init__(self, client: Client, path: str) -> None:
        page = self._get(client, path)
        self.html = gzip.decompress(page.content).decode()
        paths = {unescape(name) for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', self.html)}
        self.files = {name: self._get(client, name) for name in sorted(paths)}
        self.bytes = sum(len(each.serialize_headers()) + len(each.getvalue()) for each in (page, *self.files.values()))

    @staticmethod
    def _get(client: Client, path: str) -> Any:
        response = client.get(path, headers={"accept-encoding": "gzip, br"})
        assert response.status_code == 200, path
        return response


def a_full_tenant(cast: Cast) -> Client:
    """With more people than have events, and a page of events that no two have in common."""
    with acting_as(tenant_id=cast.acme.pk):
        role = Role.objects.get(tenant=cast.acme, key="business")
        User.objects.bulk_create(
            person(f"Person Number {number}", f"person{number}@acme.example", tenant=cast.acme, role=role)
            for number in range(MOST_PEOPLE_LISTED)
        )
        people = list(User.objects.filter(role=role)[: ROWS + 1])
    client = sign_in(cast.alice)
    append_rows(
        cast.acme.pk,
        [
            {"user_id": each.pk, "user_name": each.name, "ip": f"198.51.100.{n}", "place": f"Town {n}, Province, Land"}
            for n, each in enumerate(people)
        ],
    )
    audit_trail.put(cast.acme.pk, [{"resource_name": f"Group Number {n}"} for n in range(ROWS + 1)])
    return client


@pytest.mark.parametrize("path", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_a_first_visit_is_light(cast: Cast, path: str) -> None:
    visit = Visit(a_full_tenant(cast), path)
    assert visit.html.count('<tr class="event">') == ROWS
    assert path != LOGIN_ACTIVITY or visit.html.count("Person Number") >= 2 * ROWS  # in the rows and the filter
    assert visit.bytes <= MOST_BYTES
    assert len(visit.files) <= MOST_FILES


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_files_are_cached_forever_under_hashed_names(db: None, path: str) -> None:
    for name, file in Visit(Client(), path).files.items():
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name)
        assert file["Cache-Control"] == "max-age=315360000, public, immutable"
        assert file.get("Content-Encoding") == "gzip" or name.endswith(".svg") or len(file.getvalue()) < 1000


def test_the_style_sheets_become_one(static_root: Path) -> None:
    [collected] = (static_root / "css").glob("site.????????????.css")
    text = collected.read_text()
    assert not IMPORT.search(text)
    for sheet in SHEETS.glob("*.css"):
        first_rule = sheet.read_text().partition("{")[0]
        alone = sheet.name == Path(STYLES).name or sheet.name.startswith("support")
        assert (first_rule in text) == (not alone), sheet.name


def test_the_scripts_of_a_record_become_one(static_root: Path) -> None:
    [collected] = (static_root / "js").glob("record.????????????.js")
    text = collected.read_text()
    parts = IMPORT.findall((SHEETS.parent / SCRIPTS).read_text())
    assert len(parts) > 1
    assert not IMPORT.search(text)
    for name in parts:
        assert (SHEETS.parent / "js" / name).read_text() in text, name


@pytest.mark.parametrize("debug", [True, False])
def test_collected_files_are_found_whether_or_not_one_debugs(static_root: Path, db: None, debug: bool) -> None:
    """``make run`` serves them too."""
    with override_settings(DEBUG=debug):
        assert re.search(r"css/site\.[0-9a-f]{12}\.css", Visit(Client(), "/sign-in/").html)
