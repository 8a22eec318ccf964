"""Who may do what."""

from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg2
import pytest

from ..folders import reachable_folder
from .members import Member, ask


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    """The environment of a process that has the embedded database."""
    with reachable_folder() as path:
        member = Member(path)
        yield member.environ()
        member.leave()


def test_the_app_role_owns_nothing_and_the_owner_is_no_superuser(environ: dict[str, str]) -> None:
    rights = "SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
    rights += " FROM pg_roles WHERE rolname = current_user"
    assert ask(environ["DATABASE_URL"], rights) == [("wisely_app", False, False, False, False)]
    assert ask(environ["DATABASE_OWNER_URL"], rights) == [("wisely_owner", False, False, False, True)]
    owner = ask(environ["DATABASE_URL"], "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'wisely'")
    assert owner == [("wisely_owner",)]


@pytest.mark.parametrize("statement", ["CREATE TABLE t ()", "CREATE TEMP TABLE t ()", "CREATE SCHEMA s"])
def test_the_app_role_cannot_create(environ: dict[str, str], statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(environ["DATABASE_URL"], statement)


def test_databases_made_for_tests_are_as_closed(environ: dict[str, str]) -> None:
    ask(environ["DATABASE_OWNER_URL"], "CREATE DATABASE test_wisely")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(environ["DATABASE_URL"].replace(":5432/wisely", ":5432/test_wisely"), "CREATE TABLE public.t ()")


def test_no_port_is_open(environ: dict[str, str]) -> None:
    assert ask(environ["DATABASE_URL"], "SHOW listen_addresses") == [("",)]


def test_text_is_utf8_and_sorts_alike_everywhere_and_a_commit_is_on_disk(environ: dict[str, str]) -> None:
    names = ("server_encoding", "fsync", "full_page_writes", "synchronous_commit", "data_checksums")
    shown = [ask(environ["DATABASE_URL"], f"SHOW {name}")[0][0] for name in names]
    assert shown == ["UTF8", "on", "on", "on", "on"]
    locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'wisely'"
    assert ask(environ["DATABASE_URL"], locale) == [("b", "C.UTF-8")]


def test_django_understands_the_url(environ: dict[str, str]) -> None:
    parsed = dj_database_url.parse(environ["DATABASE_URL"])
    assert Path(parsed["HOST"], ".s.PGSQL.5432").is_socket()
    assert (parsed["USER"], parsed["NAME"], parsed["PORT"]) == ("wisely_app", "wisely", 5432)
