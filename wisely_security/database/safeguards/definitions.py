"""Functions are those that the migrations make, word for word: whoever may replace one could have it record nothing.

``definitions.txt`` has the SHA-256 of each, as PostgreSQL writes it out. ``manage.py write_definitions`` writes it
from a newly migrated database, after a migration that makes or replaces functions. What is not in it is not compared,
and neither are the functions of triggers that are generated from a registry: audit_trail compares those.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.db import connection

from . import catalogue

PATH = Path(__file__).with_suffix(".txt")
WRITTEN_BY = 18  # the major version of PostgreSQL: another one may write the same function out differently

_FUNCTIONS = """
    SELECT proname, p.oid::regprocedure::text, encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex'),
           pg_get_userbyid(proowner)
    FROM pg_proc AS p WHERE prokind = 'f' AND pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = p.oid AND tgname LIKE 'audit\\_trail\\_%%')
    ORDER BY 2
"""


def found() -> dict[str, str]:
    """The functions of this database and the hashes of their definitions."""
    return {signature: sha256 for _, signature, sha256, _ in catalogue.ask(_FUNCTIONS)}


def written() -> dict[str, str]:
    lines = PATH.read_text(encoding="ascii").splitlines() if PATH.exists() else []
    return {signature: sha256 for sha256, signature in (line.split(maxsplit=1) for line in lines)}


def write() -> None:
    PATH.write_text("".join(f"{sha256} {signature}\n" for signature, sha256 in found().items()), encoding="ascii")


def functions_are_as_migrated() -> Iterator[CheckMessage]:
    if connection.cursor().connection.info.server_version // 10_000 != WRITTEN_BY:
        yield Warning(
            "Functions were not compared with those that the migrations make.",
            hint=f"{PATH.name} was written with PostgreSQL {WRITTEN_BY}: write_definitions writes it for this version.",
            id="wisely_security.W003",
        )
        return
    owner, wanted = catalogue.owner(), written()
    names = {signature.partition("(")[0] for signature in wanted}
    rows = catalogue.ask(_FUNCTIONS)
    for signature in sorted(wanted.keys() - {row[1] for row in rows}):
        yield _fault(signature, "is missing")
    for name, signature, sha256, its_owner in rows:
        if signature not in wanted:
            if name in names:
                yield _fault(signature, "has the name of another one, and could be called in its place")
        elif sha256 != wanted[signature]:
            yield _fault(signature, "is not the one that the migrations make")
        elif its_owner != owner:
            yield _fault(signature, f"belongs to {its_owner}, not to {owner}")


def _fault(signature: str, what: str) -> Error:
    return Error(
        f"The function {signature} {what}.",
        hint="Find out who changed it and since when: what was recorded or let through since then is in doubt. Then "
        "make it again as its migration does. After a migration of your own: manage.py write_definitions.",
        id="wisely_security.E029",
    )
