"""Who may do what."""

from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg2
import pytest

from tests.support.servers.folders import reachable_folder
from wisely_security.database.rights import REVOKE_WRITING_FUNCTIONS, WRITING_FUNCTIONS

from .members import Join, Member, ask


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


# What a role can leave in a database without a table of its own, in one statement each.
WRITES = [
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'secret')",
    "SELECT lo_put(1, 0, 'secret')",
    "SELECT lowrite(lo_open(1, 131072), 'secret')",
    "SELECT lo_truncate(0, 1)",
    "SELECT lo_truncate64(0, 1)",
    "SELECT lo_unlink(1)",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_export(1, '/tmp/hostname')",
    "SELECT pg_logical_emit_message(false, 'secret', 'text')",
    "SELECT pg_logical_emit_message(false, 'secret', 'bytes'::bytea)",
    "SELECT pg_export_snapshot()",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/secret'",
    "SELECT pg_create_physical_replication_slot('s')",
    "CREATE TEMP SEQUENCE s",
    "CREATE SEQUENCE s",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink",
    "CREATE ROLE r",
    "COMMENT ON DATABASE wisely IS 'secret'",
    "SECURITY LABEL ON ROLE wisely_app IS 'secret'",
    "DO $$ BEGIN CREATE TEMP TABLE t (); END $$",
]


@pytest.mark.parametrize("statement", WRITES)
def test_the_app_role_writes_nowhere_beside_tables(environ: dict[str, str], statement: str) -> None:
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidParameterValue)):
        ask(environ["DATABASE_URL"], statement)


def test_databases_made_for_tests_are_as_closed(environ: dict[str, str]) -> None:
    ask(environ["DATABASE_OWNER_URL"], "CREATE DATABASE test_wisely")
    for statement in ("CREATE TABLE public.t ()", "SELECT lo_create(0)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(environ["DATABASE_URL"].replace(":5432/wisely", ":5432/test_wisely"), statement)


def test_a_cluster_of_an_earlier_release_is_closed_at_its_next_start(join: Join) -> None:
    member = join()
    environ = member.environ()
    ask(environ["DATABASE_OWNER_URL"], "CREATE DATABASE test_wisely")
    urls = [environ["DATABASE_URL"].replace(":5432/wisely", f":5432/{name}") for name in ("wisely", "test_wisely")]
    grant = REVOKE_WRITING_FUNCTIONS.replace("REVOKE", "GRANT").replace("FROM PUBLIC", "TO PUBLIC")
    for url in [*urls, urls[0].replace(":5432/wisely", ":5432/template1")]:
        ask(url.replace("wisely_app@", "postgres@"), grant)
    assert ask(urls[0], "SELECT lo_create(0) > 0") == [(True,)]
    member.leave()
    environ = join().environ()
    ask(environ["DATABASE_OWNER_URL"], "CREATE DATABASE test_made_later")
    for url in [*urls, urls[0].replace(":5432/wisely", ":5432/test_made_later")]:
        may = "SELECT count(*) FROM unnest(%s) AS name WHERE has_function_privilege(name, 'EXECUTE')"
        assert ask(url, may.replace("%s", f"ARRAY{list(WRITING_FUNCTIONS)}")) == [(0,)]


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
