"""No password is made of words of the site, the company or the person, and little else (docs/operating/guessing.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in.context_words import WORDS

GUIDE = Path(__file__).parents[2] / "docs" / "operating" / "guessing.md"


def codes(password: str, user: User | None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [each.code or "" for each in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        *(
            "Wisely2026!",
            "wiselysecurity",
            "W1s3ly-S3cur1ty",
            "w.i.s.e.l.y.12345678",
            "Welcome2026!!",
            "ＷＩＳＥＬＹ１２３４",
        ),
        *("Acme-Acme-2026", "AcmeAdmin!!!!!!", "acme1234567890", "@cme_4dmin_2026"),
        *("BobBrown1987", "Brown.Bob.Brown", "b0b.br0wn.b0b", "brown!!!!!!!!!!!!!!!!!!!!"),
        *("bob@acme.example1", "example.acme.1", "Developer2026!"),
    ],
)
def test_what_is_made_of_them_is_refused(cast: Cast, password: str) -> None:
    assert "context_words" in codes(password, cast.bob)


@pytest.mark.parametrize(
    "password",
    [
        "wisely chosen by a horse",
        "Acme sells rockets to a coyote",
        "brown bears eat honeycombs",
        "correct horse battery staple",
        "7h1Kq-vL0pz-Admin",
        "тихая гавань у моря, wisely",
    ],
)
def test_what_holds_one_and_is_long_enough_without_it_can_be_chosen(cast: Cast, password: str) -> None:
    assert codes(password, cast.bob) == []


def test_another_s_words_and_another_company_s_are_no_matter(cast: Cast) -> None:
    assert "context_words" in codes("Globex-Charlie-Clark", cast.charlie)
    assert codes("Globex-Charlie-Clark", cast.bob) == []
    assert codes("Globex-Charlie-Clark", None) == []
    assert "context_words" in codes("Dana-Diaz-2026", cast.dana)  # of no company


def test_the_form_says_which_and_the_password_stays(cast: Cast, alice: Any) -> None:
    typed = {"old_password": "correct horse battery staple", "new_password": "Alice-Adams-2026"}
    page = alice.post("/account/password/", typed)
    assert page.status_code == 400
    assert "made of “Alice Adams” and little else" in page.content.decode()
    with acting_as(**cast.alice.own_scope):
        assert User.objects.get(pk=cast.alice.pk).password == cast.alice.password


def test_the_list_is_documented_whole() -> None:
    guide = GUIDE.read_text()
    assert [word for word in WORDS if f"`{word}`" not in guide] == []
