"""A password is the same on every keyboard; earlier hashes keep working without a recorded change."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from tests.support.cast import PASSWORD, Cast, add_member, person, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User, UserStatus
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD, NotTheDemoPassword, opens_nothing
from wisely_security.tenancy.sign_in.links import tokens
from wisely_security.tenancy.sign_in.passwords import SALT_SQL, check_password, normalize_password, salt_of

COMPOSED, DECOMPOSED = "naïve horse battery", "nai\u0308ve horse battery"
SAME = [
    (COMPOSED, DECOMPOSED),
    (DECOMPOSED, COMPOSED),
    ("ﬁne horse battery", "fine horse battery"),
    ("ｆｕｌｌ width battery", "full width battery"),
    ("no\u00a0break battery", "no break battery"),
    ("한글 horse battery", unicodedata.normalize("NFD", "한글 horse battery")),
    ("\u212bngström battery", "Ångström battery"),
]


class Slow(PBKDF2PasswordHasher):
    iterations = 30


class Slower(PBKDF2PasswordHasher):
    iterations = 50


def store(user: User, encoded: str) -> None:
    with acting_as(**user.own_scope):
        User.objects.filter(pk=user.pk).update(password=encoded)


def stored(user: User) -> str:
    with acting_as(**user.own_scope):
        return User.objects.get(pk=user.pk).password


def signs_in(user: User, password: str, door: str = "/sign-in/") -> bool:
    return Client().post(door, {"username": user.email, "password": password}).status_code == 302


def recorded_changes(cast: Cast) -> list[str]:
    with acting_as(tenant_id=cast.acme.pk):
        events = AuditEvent.objects.for_tenant(cast.acme.pk).filter(resource_id=cast.alice.pk).newest_first()
        return [change["label"] for event in events for change in event.changes if change["field"] == "password"]


@pytest.mark.parametrize(("chosen", "typed"), SAME, ids=ascii)
class TestEverywhere:
    def test_changed_then_signed_in(self, cast: Cast, chosen: str, typed: str) -> None:
        client = sign_in(cast.alice)
        form = {"old_password": PASSWORD, "new_password": chosen}
        assert client.post("/account/password/", form).status_code == 302
        assert signs_in(cast.alice, typed)
        assert signs_in(cast.alice, chosen)
        form = {"old_password": typed, "new_password": "another good one"}
        assert client.post("/account/password/", form).status_code == 302

    def test_set_by_a_link(self, cast: Cast, chosen: str, typed: str) -> None:
        invited = add_member(cast.acme, "admin", person("Ivy", "ivy@acme.example", status=UserStatus.PENDING))
        for user, page in ((cast.bob, "password_reset_confirm"), (invited, "accept_invitation")):
            link = reverse(page, args=[user.pk, tokens.make_token(user)])
            assert Client().post(link, {"new_password": chosen}).status_code == 302
            assert signs_in(user, typed)

    def test_at_the_door_of_support(self, cast: Cast, chosen: str, typed: str) -> None:
        cast.dana.set_password(chosen)
        store(cast.dana, cast.dana.password)
        assert signs_in(cast.dana, typed, "/admin/login/?next=/admin/")


class TestStoredBefore:
    @pytest.mark.parametrize("typed", [DECOMPOSED, "ｆｕｌｌ width battery", "Ⅳ horse battery"], ids=ascii)
    def test_as_it_was_typed_goes_on_working_and_then_on_every_keyboard(self, cast: Cast, events, typed: str) -> None:
        store(cast.alice, make_password(typed))
        elsewhere = Client()
        assert elsewhere.post("/sign-in/", {"username": cast.alice.email, "password": typed}).status_code == 302
        assert signs_in(cast.alice, normalize_password(typed))
        assert signs_in(cast.alice, typed)
        assert elsewhere.get("/account/profile/").status_code == 200
        assert [event.action for event in events(cast.acme)] == ["log_in"] * 3

    @pytest.mark.parametrize("typed", [PASSWORD, DECOMPOSED], ids=ascii)
    @pytest.mark.parametrize("at", ["sign-in", "old password"])
    def test_rehashing_is_no_change_and_ends_no_session(
        self, cast: Cast, events, settings: Any, typed: str, at: str
    ) -> None:
        settings.PASSWORD_HASHERS = [f"{__name__}.Slow"]
        store(cast.alice, make_password(typed))
        elsewhere, here = Client(), Client()
        for client in (elsewhere, here):
            client.post("/sign-in/", {"username": cast.alice.email, "password": typed})
        before, recorded = stored(cast.alice), recorded_changes(cast)
        settings.PASSWORD_HASHERS = [f"{__name__}.Slower"]
        if at == "sign-in":
            assert signs_in(cast.alice, typed)
        else:
            here.post("/account/password/", {"old_password": typed, "new_password": "short"})
        assert stored(cast.alice).split("$")[1] == "50"
        assert salt_of(stored(cast.alice)) == salt_of(before)
        assert elsewhere.get("/account/profile/").status_code == here.get("/account/profile/").status_code == 200
        assert recorded_changes(cast) == recorded
        assert "end_session" not in {event.action for event in events(cast.acme)}

    def test_every_real_change_is_recorded_and_ends_sessions(self, cast: Cast) -> None:
        for changed in (make_password(PASSWORD), make_password("another good one"), "x", "y", "!unusable"):
            recorded = len(recorded_changes(cast))
            store(cast.alice, changed)
            assert len(recorded_changes(cast)) == recorded + 1, changed
        store(cast.alice, make_password(PASSWORD))
        client = sign_in(cast.alice)
        store(cast.alice, make_password(PASSWORD))
        assert client.get("/account/profile/").status_code == 302


class TestWhatIsRefused:
    @pytest.mark.parametrize("typed", ["naive horse battery", "naïve Horse battery", "naïve horse  battery"])
    def test_another_password_stays_another(self, cast: Cast, typed: str) -> None:
        cast.alice.set_password(COMPOSED)
        store(cast.alice, cast.alice.password)
        assert not signs_in(cast.alice, typed)

    def test_a_failure_counts_once(self, cast: Cast, events, settings: Any) -> None:
        settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
        for _ in range(3):
            signs_in(cast.alice, DECOMPOSED)
        assert [event.reason for event in events(cast.acme)][:3] == ["wrong_password"] * 3
        assert "locked_out" not in {event.reason for event in events(cast.acme)}

    @pytest.mark.parametrize(
        "weak",
        ["ｐａｓｓｗｏｒｄ１２３", "ａｌｉｃｅ＠ａｃｍｅ.ｅｘａｍｐｌｅ", "１２３４５６７８９０", "wisely‑demo", "ﬃﬃ"],
    )
    def test_a_weak_one_in_another_unicode_form(self, cast: Cast, weak: str) -> None:
        client = sign_in(cast.alice)
        assert client.post("/account/password/", {"old_password": PASSWORD, "new_password": weak}).status_code == 400

    def test_the_password_of_the_demo_in_another_unicode_form(self, settings: Any) -> None:
        settings.DEVELOPMENT = False
        wide = "".join(chr(ord(each) + 0xFEE0) for each in DEMO_PASSWORD)
        assert opens_nothing(wide)
        with pytest.raises(ValidationError):
            NotTheDemoPassword().validate(f" {wide.upper()} ")

    def test_a_very_long_one_takes_no_longer(self) -> None:
        long = "a\u0301\u0323" * 400_000
        assert normalize_password(long) is long


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    encode: Callable[..., str] = hashers.MD5PasswordHasher.encode

    def counted(hasher: object, password: str, salt: str) -> str:
        made.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    return made


@pytest.mark.parametrize(("typed", "each"), [("wrong horse battery", 1), (DECOMPOSED, 2), (COMPOSED, 1)], ids=ascii)
def test_the_time_of_a_refusal_discloses_nothing_about_the_account(
    cast: Cast, hashes: list[str], typed: str, each: int
) -> None:
    invited = person("Ivy", "ivy@acme.example", status=UserStatus.PENDING)
    invited.set_unusable_password()
    add_member(cast.acme, "admin", invited)
    for email in ("alice@acme.example", "nobody@acme.example", "ivy@acme.example", "dana@wisely.example"):
        hashes.clear()
        Client().post("/sign-in/", {"username": email, "password": typed})
        assert len(hashes) == each, email


@pytest.mark.parametrize("hasher", ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "ScryptPasswordHasher"])
def test_a_salt_is_found_whichever_hashes_are_made_now(db: None, hasher: str) -> None:
    """In Python, for the sessions, and in the database, for the record of changes."""
    encoded = getattr(hashers, hasher)().encode("horse battery", "thesaltofthishash")
    assert salt_of(encoded) == "thesaltofthishash"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SALT_SQL.format(row='it')} FROM (SELECT %s AS password) AS it", [encoded])
        assert cursor.fetchone() == ("thesaltofthishash",)


def test_what_is_stored_in_no_known_form_is_never_right() -> None:
    for encoded in ("", "!", "x$y", "unknown$1$salt$hash"):
        assert check_password(DECOMPOSED, encoded) == (False, False)
        assert salt_of(encoded) == ""
