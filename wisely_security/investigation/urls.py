from django.urls import path, register_converter

from wisely_security.reports.extensions import sessions

from .person_page import PersonPage
from .record_page import RecordHistory
from .session_page import SessionStory


class SessionName:
    """A session's name as people see it in addresses, and as events hold it in code."""

    regex = f"{sessions.PREFIX}[0-9a-f]{{16}}"

    def to_python(self, value: str) -> str:
        return value.removeprefix(sessions.PREFIX)

    def to_url(self, value: str) -> str:
        return sessions.shown(value)


register_converter(SessionName, "session_name")

urlpatterns = [
    path("settings/security/sessions/<session_name:name>/", SessionStory.as_view(), name="session_story"),
    path("settings/security/people/<uuid:pk>/", PersonPage.as_view(), name="person"),
    path("settings/security/resources/<uuid:pk>/", RecordHistory.as_view(), name="resource_history"),
]
