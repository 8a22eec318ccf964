"""Which passwords can be chosen: any of 10 to 128 characters that guessers do not try first."""

from __future__ import annotations

import lzma
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tests.support.cast import Cast
from wisely_security.tenancy.sign_in.breached_passwords import BUNDLED, is_breached
from wisely_security.tenancy.sign_in.passwords import normalize_password


def codes(password: str) -> list[str]:
    """Why it is refused."""
    try:
        validate_password(normalize_password(password))
    except ValidationError as error:
        return [each.code or "" for each in error.error_list]
    return []


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("ninechars", ["password_too_short"]),
        ("Qwertyuiop", ["breached"]),
        (" q1w2e3r4t5y6 ", ["breached"]),
        ("ｐａｓｓｗｏｒｄ１２３", ["breached", "context_words"]),
        ("é" * 129, ["password_too_long"]),
        ("x" * 100_000, ["password_too_long"]),
        ("é" * 128, []),
        ("тихая гавань у моря", []),
        ("静かな港の朝と夜の物語", []),
        ("🐎🔋📎🐎🔋📎🐎🔋📎🐎", []),
        ("0420 6913 5827", []),
        ("aaaaaaaaaaab", []),
        ("\ud800 lone and long", []),
    ],
    ids=ascii,
)
def test_what_can_be_chosen(password: str, reasons: list[str]) -> None:
    assert codes(password) == reasons


def test_the_bundled_list_has_more_of_the_policy_than_the_standard_asks_for() -> None:
    """OWASP ASVS 5.0, 6.2.4: the 3,000 most frequent that are long enough."""
    listed = lzma.decompress(BUNDLED.read_bytes()).decode().split("\n")[1:-1]
    assert len(listed) == len(set(listed)) == 112_625
    assert listed == sorted(listed)
    assert min(map(len, listed)) == 10


def test_a_list_of_ones_own_adds_to_it(tmp_path: Path, settings: Any) -> None:
    one, two, made = tmp_path / "one.txt", tmp_path / "two.txt", tmp_path / "made.xz"
    one.write_text("Wisely Rocks\nshort\nwisely  rocks\n")
    two.write_bytes(b"\xff\xfewisely rocks too\r\n")
    out = StringIO()
    call_command("write_breached_passwords", one, two, output=made, stdout=out)
    assert "3 passwords" in out.getvalue()
    assert not is_breached("WISELY ROCKS")
    settings.BREACHED_PASSWORDS_FILE = str(made)
    assert is_breached("WISELY ROCKS")
    assert is_breached("wisely rocks too")
    assert is_breached("qwertyuiop")


def test_a_list_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.txt: No such file"):
        call_command("write_breached_passwords", tmp_path / "nowhere.txt", output=tmp_path / "made.xz")


def test_the_form_recommends_more_and_shows_what_is_too_long(alice: Any, cast: Cast) -> None:
    page = alice.get("/account/password/").content.decode()
    assert "Use at least 10 characters, better 15 or more." in page
    assert 'maxlength="128"' not in page, "a browser would cut what is pasted, unseen"
    answer = alice.post("/account/password/", {"old_password": "x", "new_password": "x" * 200})
    assert "Use at most 128 characters. This password has 200." in answer.content.decode()
