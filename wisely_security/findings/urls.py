from django.urls import path

from .views.findings import Decide, FindingPage, Findings
from .views.rules import DeleteException, Rules

AT = "settings/security/findings/"

urlpatterns = [
    path(AT, Findings.as_view(), name="findings"),
    path(f"{AT}rules/", Rules.as_view(), name="finding_rules"),
    path(f"{AT}exceptions/<uuid:pk>/delete/", DeleteException.as_view(), name="finding_exception_delete"),
    path(f"{AT}<uuid:pk>/", FindingPage.as_view(), name="finding"),
    path(f"{AT}<uuid:pk>/decide/", Decide.as_view(), name="finding_decide"),
]
