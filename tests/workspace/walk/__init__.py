"""The walk: each action of the platform as a person does it, and the one event that it leaves. A file for each module.

The people and records are those of ``world.py``; Alice does it all.
"""

from __future__ import annotations

from . import access_accounts, business_groups, business_profile, consent_groups, roles, templates, users, waba_numbers
from .row import Row

__all__ = ["BEYOND_THE_TABLE", "OTHER_WAYS", "WALK", "Row"]

WALK = [
    *business_groups.WALK,
    *business_profile.WALK,
    *access_accounts.WALK,
    *waba_numbers.WALK,
    *templates.WALK,
    *consent_groups.WALK,
    *users.WALK,
    *roles.WALK,
]

BEYOND_THE_TABLE = [*users.BEYOND_THE_TABLE]

# Other ways to the same actions.
OTHER_WAYS = [*access_accounts.OTHER_WAYS, *templates.OTHER_WAYS, *users.OTHER_WAYS]
