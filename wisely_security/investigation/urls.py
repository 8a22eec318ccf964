from django.urls import path

from . import session_name  # noqa: F401  (a converter of addresses)
from .person_page import PersonPage
from .record_page import RecordHistory
from .session_page import SessionStory

urlpatterns = [
    path("settings/security/sessions/<session_name:name>/", SessionStory.as_view(), name="session_story"),
    path("settings/security/people/<uuid:pk>/", PersonPage.as_view(), name="person"),
    path("settings/security/resources/<uuid:pk>/", RecordHistory.as_view(), name="resource_history"),
]
