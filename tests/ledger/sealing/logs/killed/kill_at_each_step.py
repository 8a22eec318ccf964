"""Kills a sealer with -9 at its first step, lets another begin and kills it at the second, and so on. New events are
recorded before each; the last one is not killed.

A step is a call of a function of the code that seals, or its return. What there is after each kill is printed, a JSON
list a line: how many events are sealed, how many are in the newest checkpoint of the file, what verify finds, and
whether the sealer was killed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import CodeType
from uuid import UUID

import django

from tests.support.killing import killed_at

CODE = {"sealer.py", "outside.py"}
STEPS = 120  # of some windows
NOT_A_STEP = {"<genexpr>", "<lambda>"}  # of each row; there are too many


def main(folder: Path, key: str, tenant: UUID, window: int) -> None:
    django.setup()
    from django.conf import settings

    from tests.support import records
    from wisely_security.ledger.sealing.logs import sealer

    settings.CHECKPOINT_DIR, settings.SIGNING_KEY = folder, key
    sealer.MOST = window

    def seal() -> None:
        while sealer.seal(records.TABLE):
            pass

    for step in range(1, STEPS + 2):
        records.append_many(tenant, 20)
        status = killed_at(step if step <= STEPS else None, _is_step, seal)
        killed = os.WIFSIGNALED(status)
        sys.stdout.write(json.dumps([*_state(tenant), killed]) + "\n")


def _is_step(code: CodeType) -> bool:
    return Path(code.co_filename).name in CODE and code.co_name not in NOT_A_STEP


def _state(tenant: UUID) -> tuple[int, int, list[str]]:
    from wisely_security.ledger.sealing.logs.published import outside
    from wisely_security.ledger.sealing.verifying.run import Scope, verify

    from ..tampering import ids_of

    last = outside.last("login-activity", tenant)
    found = [finding.text for outcome in verify(Scope()) for finding in outcome.findings]
    return len(ids_of(tenant)), last.size if last else 0, found


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], UUID(sys.argv[3]), int(sys.argv[4]))
