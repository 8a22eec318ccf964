from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "wisely_security.investigation"
    label = "investigation"
