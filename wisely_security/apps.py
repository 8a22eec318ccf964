from django.apps import AppConfig


class WiselySecurityConfig(AppConfig):
    name = "wisely_security"
    verbose_name = "Wisely Security"
