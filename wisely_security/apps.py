from django.apps import AppConfig


class WiselySecurityConfig(AppConfig):
    name = "wisely_security"
    verbose_name = "Wisely Security"

    def ready(self) -> None:
        from . import checks  # noqa: F401
