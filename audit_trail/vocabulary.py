"""The labels of outcomes, reasons and kinds of actors. Modules and actions are declared in ``registry.py``."""

from wisely_security.core import actor_names
from wisely_security.ledger.vocabulary import Status as Status
from wisely_security.ledger.vocabulary import Word


class ActorKind(Word):
    PERSON = "person", "Person"
    SYSTEM = "system", actor_names.SYSTEM
    API = "api", actor_names.API_ACCOUNT
    DATABASE = "database", actor_names.DATABASE_SESSION


class Code(Word):
    """Why an action failed, for machines: stable, while the sentence beside it may change."""

    NO_PERMISSION = "no_permission", "Missing permission"
    NOT_FOUND = "not_found", "No such record"
    INVALID_INPUT = "invalid_input", "Invalid input"
    DUPLICATE = "duplicate", "Already exists"
    IN_USE = "in_use", "In use"
    NOT_ALLOWED = "not_allowed", "Not allowed"
    CONFLICT = "conflict", "Changed by someone else"
    REFUSED = "refused", "Refused by the database"
    EMAIL_FAILED = "email_failed", "E-mail could not be sent"
    NOT_DELIVERED = "not_delivered", "Could not be delivered"
    ERROR = "error", "Unexpected error"
