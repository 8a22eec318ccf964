"""One box finds people and tenants of all cells."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from tests.support.cast import sign_in
from wisely_security.cells import directory, listed
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.replication.alias_override import override_default
from wisely_security.investigation import all_cells

from ..conftest import Cells
from .reading import views

PATH = "/admin/all-cells/"


def found(client: Client, typed: str, path: str = PATH) -> str:
    page = client.get(path, {"q": typed})
    assert page.status_code == 200
    return page.content.decode()


def rows(page: str) -> list[tuple[str, str]]:
    """What the results lead to, and the cell that they name."""
    return re.findall(r'<tr><th scope="row"><a href="([^"]*)">.*?<td>([^<]*)</td></tr>', page)


def test_a_part_of_an_address(cells: Cells, dana: Client) -> None:
    [(url, cell)] = rows(found(dana, "MA@umbr"))
    assert (url, cell) == (f"/~eu-1/admin/tenancy/user/{cells.eu.uma.pk}/change/", "eu-1")
    assert "uma@umbrella.example" in dana.get(url).content.decode()
    assert sorted(cell for _, cell in rows(found(dana, ".example"))) == ["eu-1"] * 4 + ["main"] * 5


def test_a_tenant_by_its_name_or_short_name(cells: Cells, dana: Client) -> None:
    for typed in ("Hoo", "hOOLI"):
        tenants = [row for row in rows(found(dana, typed)) if "/tenant/" in row[0]]
        assert tenants == [(f"/~eu-1/admin/tenancy/tenant/{cells.eu.hooli.pk}/change/", "eu-1")]
    assert (f"/admin/tenancy/tenant/{cells.main.acme.pk}/change/", "main") in rows(found(dana, "acme"))


def test_support_staff_are_in_the_first_cell(cells: Cells, dana: Client) -> None:
    page = found(dana, "dana@")
    assert rows(page) == [(f"/admin/tenancy/user/{cells.main.dana.pk}/change/", "main")]
    assert "Support staff" in page


def test_what_nobody_has(cells: Cells, dana: Client) -> None:
    for typed in ("%%%", "___", "\\\\\\", "nobody@nowhere", "'; --", "\0\0\0\0"):
        assert rows(found(dana, typed)) == []


def test_it_takes_three_characters(cells: Cells, dana: Client) -> None:
    page = found(dana, "um")
    assert "Type at least 3 characters." in page and not rows(page)
    assert dana.get(PATH).status_code == 200


def test_each_tenant_has_it_in_its_own_cell(cells: Cells, dana: Client) -> None:
    found(dana, "umbrella")
    [view] = views("eu-1", cells.eu.umbrella)
    assert view == {"area": "Django admin: search of all cells", "filters": {"Search": "umbrella"}, "rows": 3}
    assert views("eu-1") == [view]
    assert views("main") == []
    found(dana, "alice")
    assert [view["rows"] for view in views("main", cells.main.acme)] == [1]
    assert len(views("eu-1")) == 1


def test_what_cannot_be_recorded_is_not_shown(cells: Cells, dana: Client) -> None:
    cells.eu_server.kill()
    page = found(dana, "umbrella")
    assert "3 results in the cell eu-1 can’t be shown" in page
    assert "uma@umbrella.example" not in page and not rows(page)
    assert rows(found(dana, "alice"))


def test_nor_of_a_tenant_that_is_being_moved(cells: Cells, dana: Client) -> None:
    with in_cell("eu-1"), override_default("owner"), acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("UPDATE cells_residence SET state = 'frozen' WHERE tenant_id = %s", [cells.eu.umbrella.pk])
    page = found(dana, ".example")
    assert "2 results in the cell eu-1 can’t be shown" in page
    assert sorted(cell for _, cell in rows(page)) == ["eu-1"] * 2 + ["main"] * 5


def test_only_so_many_are_shown(cells: Cells, dana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_cells, "MOST", 2)
    page = found(dana, ".example")
    assert len(rows(page)) == 2 and "Only the first 2 are shown." in page


def test_the_whole_address_comes_first(cells: Cells) -> None:
    with in_cell("eu-1"):
        directory.claim("a.uma@umbrella.example", cells.eu.nucleus.pk, cells.eu.nucleus.pk)
    assert [it.email for it in listed.people("uma@umbrella.example", 9)] == [
        "uma@umbrella.example",
        "a.uma@umbrella.example",
    ]


def test_from_a_page_of_any_cell(cells: Cells, dana: Client) -> None:
    assert f'action="{PATH}"' in dana.get("/~eu-1/admin/").content.decode()
    assert rows(found(dana, "alice", f"/~eu-1{PATH}")) == [
        (f"/admin/tenancy/user/{cells.main.alice.pk}/change/", "main")
    ]


def test_for_support_alone(cells: Cells) -> None:
    for member in (cells.main.alice, cells.eu.uma):
        for prefix in ("", "/~eu-1"):
            assert sign_in(member).get(prefix + PATH, {"q": "umbrella"}).status_code == 403
    assert Client().get(PATH, {"q": "umbrella"}).status_code == 302
    assert not views("eu-1")


def test_nobody_else_can_list_it(cells: Cells) -> None:
    for scope in ({}, {"tenant_id": cells.main.acme.pk}, {"credential": cells.main.alice.email}):
        with acting_as(**scope), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cells_directory_address WHERE email LIKE '%%'")
            assert cursor.fetchone() == (0,)
