from django.urls import path, register_converter

from .models import Answer
from .views.alerts import Alerts
from .views.enterprises import Enterprises
from .views.findings import Decide, FindingPage, Findings
from .views.rules import DeleteException, Rules
from .views.was_this_you import WasThisYou

AT = "settings/security/findings/"


class AnswerConverter:
    regex = "|".join(filter(None, Answer.values))

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(AnswerConverter, "answer")

urlpatterns = [
    path(AT, Findings.as_view(), name="findings"),
    path("settings/security/enterprises/", Enterprises.as_view(), name="enterprises"),
    path(f"{AT}rules/", Rules.as_view(), name="finding_rules"),
    path(f"{AT}alerts/", Alerts.as_view(), name="finding_alerts"),
    path("was-this-you/<str:token>/<answer:answer>/", WasThisYou.as_view(), name="was_this_you"),
    path(f"{AT}exceptions/<uuid:pk>/delete/", DeleteException.as_view(), name="finding_exception_delete"),
    path(f"{AT}<uuid:pk>/", FindingPage.as_view(), name="finding"),
    path(f"{AT}<uuid:pk>/decide/", Decide.as_view(), name="finding_decide"),
]
