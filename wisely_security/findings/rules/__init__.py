"""The rules, one file each, in the order in which Settings lists them."""

from .actions import large_export, mass_removal, rights_used_at_once
from .attacks import guessing, spraying, success_after_failures, unlocked_by_email
from .people import dormant_account, impossible_travel, new_country, new_device, unusual_hour
from .rule import Rule

RULES: dict[str, Rule] = {
    each.RULE.key: each.RULE
    for each in (
        impossible_travel,
        success_after_failures,
        spraying,
        guessing,
        unlocked_by_email,
        new_country,
        new_device,
        unusual_hour,
        dormant_account,
        rights_used_at_once,
        mass_removal,
        large_export,
    )
}
