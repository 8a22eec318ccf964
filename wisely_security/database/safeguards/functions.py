"""Functions with the rights of the owner have a fixed search_path, and only those who need them may run them."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from . import catalogue, declared

SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"


def search_paths_are_fixed() -> Iterator[CheckMessage]:
    for function in catalogue.definer_functions():
        if SEARCH_PATH not in function.settings:
            yield Error(
                f"The function {function.name} runs with the owner's privileges, but without a fixed search_path.",
                hint=f"In a migration: ALTER FUNCTION {function.name} SET {SEARCH_PATH.replace('=', ' = ')}.",
                id="wisely_security.E023",
            )


def execution_is_granted_as_declared() -> Iterator[CheckMessage]:
    found = catalogue.definer_functions()
    wanted = declared.functions()
    for function in found:
        if function.for_public:
            yield Error(
                f"PUBLIC can run the function {function.name}, which has the owner's privileges.",
                hint=f"In a migration: REVOKE EXECUTE ON FUNCTION {function.name} FROM PUBLIC.",
                id="wisely_security.E024",
            )
        elif function.for_app and function.name not in wanted:
            yield Error(
                f"The app role can run the function {function.name} with the owner's privileges, but does not need to.",
                hint=f"REVOKE EXECUTE ON FUNCTION {function.name} in a migration, or declare it in its app's "
                "safeguards.py.",
                id="wisely_security.E025",
            )
    for name in sorted(wanted - {function.name for function in found if function.for_app}):
        yield Error(
            f"The app role cannot run the function {name}, or the function does not have the owner's privileges.",
            hint=f"In a migration: GRANT EXECUTE ON FUNCTION {name} TO the app role (database/roles.py: app_role()).",
            id="wisely_security.E026",
        )
