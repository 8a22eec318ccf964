from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "wisely_security.integrity"

    def ready(self) -> None:
        from . import views  # noqa: F401  (adds its entry to the menu)
