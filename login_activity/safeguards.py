"""What the app role may do with sign-ins (``wisely_security/database/safeguards/declared.py``): read and append."""

from wisely_security.database.safeguards.declared import FOR_OWNER, function, table
from wisely_security.ledger.safeguards import APPEND, events

from .models import LoginEvent

events(LoginEvent, APPEND, appended_by_app=True)
table("login_activity_guess", policies=[FOR_OWNER], grants="", tenant_column="")
table("login_activity_familiar", policies=[FOR_OWNER], grants="", tenant_column="")
table("login_activity_admitted", policies=[FOR_OWNER], grants="", guarded=False, moved=False)
table("login_activity_counted", policies=[FOR_OWNER], grants="", guarded=False)
function(
    "login_activity_reserve_guess",
    "login_activity_give_back_guess",
    "login_activity_remember_familiar",
    "login_activity_forget_familiar",
    "login_activity_guesses",
)
function("login_activity_admit", "login_activity_take_counted", "login_activity_counted_since")
