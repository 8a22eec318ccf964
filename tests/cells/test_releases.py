"""Migrations roll from cell to cell: this release serves a cell that is a migration behind, where pages can do without
what that adds; otherwise the people of that cell read that it is being updated."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.support.cast import sign_in
from wisely_security.cells.checks import cells_are_in_order
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.release import newer_migrations, of_release, unapplied_migrations
from wisely_security.database.replication.alias_override import override_default
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .conftest import Cells

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
GROUPS = "/settings/business-groups/"
# What a release added: an index and whom the directory knows, and what operators see.
FORMER = (("cells", "0002"), ("moving", "0003"))
ADDED = ["cells.0003_away", "cells.0004_support_elsewhere", "moving.0004_support_sees_moves"]


@pytest.fixture
def behind(cells: Cells) -> Cells:
    with in_cell("eu-1"):
        for app, former in FORMER:
            call_command("migrate", app, former, verbosity=0)
    return cells


def states() -> list[tuple[str, str, list[str]]]:
    shown = StringIO()
    with suppress(CommandError):
        call_command("cells", "--json", stdout=shown)
    return [(each["cell"], each["state"], each["missing_migrations"]) for each in json.loads(shown.getvalue())["cells"]]


def test_a_cell_that_lacks_what_was_added_is_served(behind: Cells) -> None:
    for user, name in ((behind.eu.uma, "eu-1"), (behind.main.alice, "main")):
        client = sign_in(user)
        for path in (LOGIN_ACTIVITY, AUDIT_TRAIL, GROUPS):
            assert client.get(path).status_code == 200, path
        form = {"name": "Vienna", "owner": user.pk, "users": [user.pk]}
        assert client.post(f"{GROUPS}add/", form).status_code == 302
        with in_cell(name), acting_as(support=True):
            assert BusinessGroup.objects.filter(name="Vienna").count() == 1


def test_operators_see_it(behind: Cells) -> None:
    [main, (name, state, missing)] = states()
    assert main == ("main", "up", [])
    assert (name, state, sorted(missing)) == ("eu-1", "older", ADDED)
    assert [message.id for message in cells_are_in_order(["default"])] == ["wisely_security.E037"]
    with in_cell("eu-1"):
        call_command("migrate", verbosity=0)
    assert states() == [("main", "up", []), ("eu-1", "up", [])]


def test_a_cell_that_is_ahead(cells: Cells) -> None:
    with in_cell("eu-1"), override_default("owner"):
        MigrationRecorder.Migration.objects.create(app="notes", name="0999_of_next_year")
        MigrationRecorder.Migration.objects.create(app="removed", name="0001_an_app_of_others")
        assert newer_migrations() == ["notes.0999_of_next_year"]
    assert [state for _, state, _ in states()] == ["up", "newer"]
    assert [message.id for message in cells_are_in_order(["default"])] == ["wisely_security.W006"]
    assert sign_in(cells.eu.uma).get(LOGIN_ACTIVITY).status_code == 200


HAS_NOTES = "'tenancy', '0014_has_notes'"


def as_owner_of_eu(statement: str) -> None:
    with in_cell("eu-1"), override_default("owner"), connection.cursor() as cursor:
        cursor.execute(statement)


class TestTooOld:
    """eu-1 is as before a column was added that every page reads."""

    @pytest.fixture
    def uma(self, cells: Cells) -> Client:
        client = sign_in(cells.eu.uma)
        client.raise_request_exception = False
        as_owner_of_eu("ALTER TABLE tenancy_tenant RENAME COLUMN has_notes TO of_later")
        as_owner_of_eu(f"DELETE FROM django_migrations WHERE (app, name) = ({HAS_NOTES})")
        return client

    def test_its_people_read_that_it_is_being_updated(self, cells: Cells, uma: Client) -> None:
        page = uma.get(LOGIN_ACTIVITY)
        assert page.status_code == 503
        assert "Your company’s data is being updated." in page.content.decode()
        assert sign_in(cells.main.alice).get(LOGIN_ACTIVITY).status_code == 200

    def test_and_go_on_afterwards(self, cells: Cells, uma: Client) -> None:
        assert uma.get(LOGIN_ACTIVITY).status_code == 503
        as_owner_of_eu("ALTER TABLE tenancy_tenant RENAME COLUMN of_later TO has_notes")
        as_owner_of_eu(f"INSERT INTO django_migrations (app, name, applied) VALUES ({HAS_NOTES}, now())")
        assert uma.get(LOGIN_ACTIVITY).status_code == 200

    def test_operators_see_it(self, cells: Cells, uma: Client) -> None:
        assert states()[1] == ("eu-1", "older", ["tenancy.0014_has_notes"])


def test_what_is_missing_although_all_is_migrated_is_an_error(cells: Cells) -> None:
    client = sign_in(cells.eu.uma)
    client.raise_request_exception = False
    as_owner_of_eu("ALTER TABLE tenancy_tenant RENAME COLUMN has_notes TO of_later")
    assert client.get(LOGIN_ACTIVITY).status_code == 500


def test_the_release_is_a_list_in_order(cells: Cells) -> None:
    assert unapplied_migrations() == []
    release = of_release()
    assert release.index(("cells", "0002_directory")) < release.index(("moving", "0001_moves"))
