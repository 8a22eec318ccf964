"""What cannot come back is refused in a sentence that names the remedy, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError

from tests.support.records import a_tenant

from ...history import LOGINS, OLD, ask, name_of, run, sign_ins
from .altering import ALTER, TWELVE, added, altered, values

REFUSED = {
    "a check that an old row violates": (
        [f"{ALTER} ADD CONSTRAINT known CHECK (user_name <> 'Person 2')"],
        [f"{ALTER} DROP CONSTRAINT known"],
        r"violates check constraint \"known\" \(line 3\)\. Nothing was changed",
    ),
    "an unknown value that has to be there": (
        *added("timestamptz NOT NULL"),
        r"has no later, which each event needs now.* SET DEFAULT",
    ),
    "an empty value that is forbidden": (
        *added("text NOT NULL CHECK (later <> '')"),
        r"violates check constraint .*Nothing was changed",
    ),
    "a narrower type": (
        [f"{ALTER} ALTER COLUMN user_name TYPE varchar(5)"],
        [f"{ALTER} ALTER COLUMN user_name TYPE text"],
        r"value too long .*column user_name\)\. Nothing was changed",
    ),
    "another type": (
        [f"{ALTER} ALTER COLUMN system TYPE int USING 0"],
        [f"{ALTER} ALTER COLUMN system TYPE text"],
        r"invalid input syntax for type integer: .*column system\)",
    ),
    "a value where none was": (
        [f"{ALTER} ALTER COLUMN longitude SET NOT NULL"],
        [f"{ALTER} ALTER COLUMN longitude DROP NOT NULL"],
        r"null value in column \"longitude\"",
    ),
    "an index that an old row breaks": (
        [f"CREATE INDEX once ON {LOGINS} ((1 / length(user_agent)))"],
        ["DROP INDEX once"],
        r"division by zero",
    ),
    "a new name that no migration knows": (
        [f"{ALTER} RENAME session TO visit"],
        [f"{ALTER} RENAME visit TO session"],
        r"columns that the record no longer has: session\. Whether they are now called visit or were removed",
    ),
}


@pytest.mark.parametrize(("statements", "undo", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_come_back_is_refused_in_a_sentence(statements: list[str], undo: list[str], message: str) -> None:
    sign_ins(OLD, [a_tenant()], longitude=None, user_agent="")
    run(*TWELVE)
    with altered(statements, undo):
        before = state()
        with pytest.raises(CommandError, match=message) as refused:
            run("restore_archive", name_of(OLD))
        assert "Person" not in str(refused.value)
        assert state() == before


def state() -> list[tuple[Any, ...]]:
    """All tables, and what is derived from events."""
    return ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1") + ask(
        "SELECT * FROM ledger_rollup ORDER BY 1, 2, 3, 4"
    )


def test_the_remedy_that_a_refusal_names() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with altered(*added("timestamptz NOT NULL")):
        ask(f"{ALTER} ALTER later SET DEFAULT '2025-01-01 00:00Z'")
        run("restore_archive", name_of(OLD))
        assert {moment.year for moment in values("later")} == {2025}
