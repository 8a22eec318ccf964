from django.urls import path

from wisely_security.reports.urls import paths

from .declaration import REPORT
from .views import Coverage

AT = "settings/security/audit-trail/"

urlpatterns = [
    path(f"{AT}coverage/", Coverage.as_view(), name="audit_trail_coverage"),
    *paths(AT, REPORT),
]
