"""A session's name is the same wherever it is shown, and cannot be taken for a number."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import HEADER, read_csv
from tests.support.records import append_many

PAGE = "/settings/identity-access/login-activity/"
SESSION = HEADER.split(",").index("Session")


@pytest.mark.parametrize("name", ["9007199254740993", "7774768274764e60", "0123456789abcdef"])
def test_event_page_and_download_show_it_with_its_letter(committed_cast: Cast, name: str) -> None:
    append_many(committed_cast.acme.pk, 1, session=name)
    alice = sign_in(committed_cast.alice)
    query = {"q": "Person 0"}
    [event] = alice.get(PAGE, query).context["events"]
    [row] = read_csv(alice.get(f"{PAGE}download/", query).getvalue())
    assert row[SESSION] == f"s{name}"
    assert f"<dd>s{name}</dd>" in alice.get(event.url).content.decode()


def test_an_event_without_a_session_shows_no_name(committed_cast: Cast) -> None:
    append_many(committed_cast.acme.pk, 1, session="")
    [row] = read_csv(sign_in(committed_cast.alice).get(f"{PAGE}download/", {"q": "Person 0"}).getvalue())
    assert row[SESSION] == ""
