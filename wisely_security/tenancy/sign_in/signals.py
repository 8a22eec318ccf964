"""What happens around sign-in beyond Django's own signals. Each is sent inside the transaction of what it reports.

password_changed: user — by its owner, knowing the old one.
password_attempt: user — types the current password; a receiver may raise LockedOutError.
password_reset_requested: email, user or None, refused ("", "unknown_user", a status, or "email_failed").
password_reset: user, invitation (True: the first password, set on accepting an invitation).
password_revoked: user — who says that a sign-in was not theirs, so that the password opens nothing any more.
password_refused: user or None, reset (by a link or by the form), reason ("link_invalid", "wrong_password",
    "invalid_input", "locked_out").
session_ended: session, cause (a SessionEnd value).
settings_viewed: user, tenant_id (whose settings; None: no tenant's), area; detail where there is something to add.
report_downloaded: user, tenant_id, area, detail, cut_short (only a part of it was sent).
tenant_switched: user, tenant (whose data the user sees from now on).
settings_edited: user, area, detail.   settings_refused: user, area.   Both: tenant_id, where it is not the user's own.
passkey_refused: user or None, reason ("unknown_passkey", "passkey_refused", "passkey_copied"), factor — at sign-in.
factor_required: user — whose password was right, and who is asked for a second factor.
factor_attempt: user — types a code; a receiver may raise LockedOutError.
factor_used: user, factor (what it was, in words), recovery (left: how many recovery codes are left; None: it was none).
factor_refused: user, reason ("wrong_code", "used_code", "expired_code", "locked_out"), factor ("" where none is known).
confirmed: user, factor — who signed in again before something that matters.
factor_added, factor_removed: user, factor.   factor_renamed: user, factor, before, after (names).
                                                recovery_codes_made: user, count.
factors_reset: user, factors (what they had, in words), by (the admin; None: the operator),
               checked (how they made sure of who is asking).
account_locked: user — too many failed attempts.
access_refused: user, tenant_id (whose data it was about), area, changing.
"""

from django.db import models
from django.dispatch import Signal


class SessionEnd(models.TextChoices):
    EXPIRED = "expired", "Session expired"
    BY_USER = "ended_by_user", "Ended by the user"
    BY_ADMIN = "ended_by_admin", "Ended by an admin"
    REPLACED = "replaced", "Replaced by a new sign-in"
    INVALID = "session_invalid", "No longer valid"
    PASSWORD_CHANGED = "password_changed", "Password changed elsewhere"
    SUSPENDED = "account_suspended", "Account suspended"
    FACTORS_RESET = "factors_reset", "Second factor reset"
    DISOWNED = "disowned", "Sign-in not recognised by the user"


password_attempt = Signal()
password_changed = Signal()
password_reset_requested = Signal()
password_reset = Signal()
password_refused = Signal()
password_revoked = Signal()
session_ended = Signal()
settings_viewed = Signal()
report_downloaded = Signal()
tenant_switched = Signal()
settings_edited = Signal()
settings_refused = Signal()
account_locked = Signal()
access_refused = Signal()
passkey_refused = Signal()
factor_required = Signal()
factor_attempt = Signal()
factor_used = Signal()
factor_refused = Signal()
confirmed = Signal()
factor_added = Signal()
factor_renamed = Signal()
factor_removed = Signal()
recovery_codes_made = Signal()
factors_reset = Signal()
