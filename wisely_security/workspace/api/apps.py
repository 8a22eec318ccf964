from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "wisely_security.workspace.api"
    verbose_name = "API"
