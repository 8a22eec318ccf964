"""Names that the recorders give to who is nobody in particular: no person may have one of them."""

from __future__ import annotations

SYSTEM = "System"
SUPPORT = "Wisely support"  # the company of support staff
API_ACCOUNT = "API account"
DATABASE_SESSION = "Database session"
UNKNOWN_USER = "Unknown user"
ERASED_PERSON = "Erased person"  # who was erased from the records (docs/operating/erasure.md)

RESERVED = (
    *(SYSTEM, SUPPORT, API_ACCOUNT, DATABASE_SESSION, UNKNOWN_USER, ERASED_PERSON),
    *("API", "Database", "Unknown", "Support", "Wisely", "Wisely Security", "Admin", "Administrator", "Super Admin"),
    *("Somebody else", "Nobody", "Anonymous", "Person", "You", "root", "postgres"),
)
