"""Django's own session store, with the one method that this application calls besides."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def ensure_key(self) -> None:
        """Django has made it already."""
