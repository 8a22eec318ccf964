"""The action matrix: each action of the platform as a person does it, and its one event. One file per module.

The people and records are those of ``fixtures.py``; Alice does it all.
"""

from __future__ import annotations

from . import (
    access_accounts,
    business_groups,
    business_profile,
    checkpoint_receivers,
    consent_groups,
    roles,
    templates,
    users,
    waba_numbers,
)
from .row import Row

__all__ = ["ACTION_MATRIX", "BEYOND_THE_TABLE", "OTHER_WAYS", "Row"]

ACTION_MATRIX = [
    *business_groups.ACTION_MATRIX,
    *business_profile.ACTION_MATRIX,
    *access_accounts.ACTION_MATRIX,
    *waba_numbers.ACTION_MATRIX,
    *templates.ACTION_MATRIX,
    *consent_groups.ACTION_MATRIX,
    *users.ACTION_MATRIX,
    *roles.ACTION_MATRIX,
]

BEYOND_THE_TABLE = [*users.BEYOND_THE_TABLE, *checkpoint_receivers.BEYOND_THE_TABLE]

# Other ways to the same actions.
OTHER_WAYS = [
    *access_accounts.OTHER_WAYS,
    *templates.OTHER_WAYS,
    *users.OTHER_WAYS,
    *checkpoint_receivers.OTHER_WAYS,
]
