from django.urls import register_converter

from wisely_security.reports.extensions import sessions


class SessionName:
    """A session's name as people see it in addresses, and as events hold it in code."""

    regex = f"{sessions.PREFIX}[0-9a-f]{{16}}"

    def to_python(self, value: str) -> str:
        return value.removeprefix(sessions.PREFIX)

    def to_url(self, value: str) -> str:
        return sessions.shown(value)


register_converter(SessionName, "session_name")
