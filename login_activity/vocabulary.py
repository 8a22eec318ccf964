"""The actions, outcomes and reasons of Login Activity. Pages, filters, CSV and admin follow from them.

A new kind of event is one member of ``Action``.
"""

from wisely_security.core import actor_names
from wisely_security.ledger.vocabulary import Status as Status
from wisely_security.ledger.vocabulary import Word


class Action(Word):
    LOG_IN = "log_in", "Log in"
    LOG_OUT = "log_out", "Log out"
    VIEW = "view", "View"
    EDIT = "edit", "Edit"
    CHANGE_PASSWORD = "change_password", "Change password"
    RESET_PASSWORD = "reset_password", "Reset password"
    SECOND_FACTOR = "second_factor", "Second factor"
    LOCK_OUT = "lock_out", "Lock out"
    END_SESSION = "end_session", "End session"


class Reason(Word):
    """Why: always with a failure, and with a success where there is something to add."""

    WRONG_PASSWORD = "wrong_password", "Wrong password"
    UNKNOWN_USER = "unknown_user", actor_names.UNKNOWN_USER
    SUSPENDED = "suspended", "Account suspended"
    PENDING = "pending", "Invitation not accepted yet"
    LOCKED_OUT = "locked_out", "Locked out after too many failed attempts"
    TOO_MANY_FAILURES = "too_many_failures", "Too many failed attempts"
    LINK_INVALID = "link_invalid", "Link expired or already used"
    NO_PERMISSION = "no_permission", "Missing permission"
    INVALID_INPUT = "invalid_input", "Invalid input"
    EMAIL_FAILED = "email_failed", "E-mail could not be sent"
    CUT_SHORT = "cut_short", "Download cut short"

    WRONG_CODE = "wrong_code", "Wrong code"
    USED_CODE = "used_code", "Code already used"
    EXPIRED_CODE = "expired_code", "Code expired"

    PASSKEY_REFUSED = "passkey_refused", "Passkey not accepted"
    UNKNOWN_PASSKEY = "unknown_passkey", "Unknown or removed passkey"
    PASSKEY_COPIED = "passkey_copied", "Passkey may have been copied"

    FACTOR_REQUIRED = "factor_required", "Required after the right password"
    FACTOR_USED = "factor_used", "Used to sign in"
    FACTOR_ADDED = "factor_added", "Set up"
    FACTOR_RENAMED = "factor_renamed", "Renamed"
    FACTOR_REMOVED = "factor_removed", "Removed"
    RECOVERY_USED = "recovery_used", "Recovery code used"
    RECOVERY_MADE = "recovery_made", "New recovery codes made"
    FACTORS_RESET = "factors_reset", "Second factor reset"
    CONFIRMED = "confirmed", "Signed in again"

    LINK_REQUESTED = "link_requested", "Reset link requested"
    INVITATION = "invitation", "Invitation accepted"
    DOWNLOADED = "downloaded", "Downloaded"

    EXPIRED = "expired", "Session expired"
    ENDED_BY_USER = "ended_by_user", "Ended by the user"
    ENDED_BY_ADMIN = "ended_by_admin", "Ended by an admin"
    REPLACED = "replaced", "Replaced by a new sign-in"
    SESSION_INVALID = "session_invalid", "No longer valid"
    PASSWORD_CHANGED = "password_changed", "Password changed elsewhere"
    ACCOUNT_SUSPENDED = "account_suspended", "Account suspended"
    DISOWNED = "disowned", "Sign-in not recognised by the user"


# Ends of a session that are neither good nor bad.
NEUTRAL = (Reason.EXPIRED, Reason.REPLACED, Reason.SESSION_INVALID)
# Reasons that count towards a lock-out.
GUESSES = (Reason.WRONG_PASSWORD, Reason.UNKNOWN_USER, Reason.WRONG_CODE)
