from wisely_security.reports.urls import paths

from .report import REPORT

urlpatterns = paths("settings/<people_section:section>/login-activity/", REPORT)
