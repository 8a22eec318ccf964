from wisely_security.reports.urls import paths

from .declaration import REPORT

urlpatterns = paths("settings/<people_section:section>/login-activity/", REPORT)
