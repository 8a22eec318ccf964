"""What people are notified of about their own account, and what they can do if it was somebody else."""

from __future__ import annotations

from dataclasses import dataclass

IF_NOT_YOU = "If this wasn’t you, choose a new password immediately, and contact an admin of {company}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``sentence`` has ``{account}``, the address of the account, and what its signal brings. ``page``: where the
    button leads."""

    key: str
    subject: str
    sentence: str
    if_not_you: str = IF_NOT_YOU
    button: str = "Choose a new password"
    page: str = "password_reset"


FACTOR_ADDED = Notice(
    key="factor_added",
    subject="A way to sign in was added to your Wisely Security account",
    sentence="{factor} was set up for your account {account}. It can be used to sign in from now on.",
    if_not_you="If this wasn’t you, choose a new password, remove it under Your account, "
    "and contact an admin of {company}.",
)
FACTOR_REMOVED = Notice(
    key="factor_removed",
    subject="A way to sign in was removed from your Wisely Security account",
    sentence="{factor} was removed from your account {account}. It can’t be used to sign in any more.",
)
FACTORS_RESET = Notice(
    key="factors_reset",
    subject="The second factor of your Wisely Security account was reset",
    sentence="{by} removed every second factor from your account {account} and ended its sessions. "
    "Your password no longer works either: choose a new one with a link to this address, then set up a new second "
    "factor.",
    if_not_you="If you didn’t ask for this, contact an admin of {company}. Nobody can sign in to your account without "
    "this mailbox.",
)
RECOVERY_CODE_USED = Notice(
    key="recovery_code_used",
    subject="A recovery code of your Wisely Security account was used",
    sentence="A recovery code was used to sign in to your account {account}. {left}",
)
RECOVERY_CODES_MADE = Notice(
    key="recovery_codes_made",
    subject="New recovery codes for your Wisely Security account",
    sentence="New recovery codes were made for your account {account}. The ones before work no longer.",
)
PASSWORD_CHANGED = Notice(
    key="password_changed",
    subject="Your Wisely Security password was changed",
    sentence="The password of your account {account} was changed. All other sessions were ended.",
)
ACCOUNT_LOCKED = Notice(
    key="account_locked",
    subject="Too many failed sign-ins to your Wisely Security account",
    sentence="There were too many failed attempts to sign in to your account {account}. Your password wasn’t guessed. "
    "Further attempts from elsewhere are refused for a while.",
    if_not_you="If it wasn’t, your account is safe as long as nobody can guess your password. "
    "Choose a new one if it is short, if you use it elsewhere too, or if you have forgotten it.",
)

NOTICES = {
    each.key: each
    for each in (
        FACTOR_ADDED,
        FACTOR_REMOVED,
        FACTORS_RESET,
        RECOVERY_CODE_USED,
        RECOVERY_CODES_MADE,
        PASSWORD_CHANGED,
        ACCOUNT_LOCKED,
    )
}
