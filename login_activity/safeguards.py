"""What the app role may do with sign-ins (``wisely_security/database/safeguards/declared.py``): read and append."""

from wisely_security.database.safeguards.declared import function
from wisely_security.ledger.safeguards import APPEND, events

from .models import LoginEvent

events(LoginEvent, APPEND, appended_by_app=True)
function("login_activity_guesses")
