from django.apps import AppConfig


class CellsConfig(AppConfig):
    name = "wisely_security.cells"
    verbose_name = "Cells"

    def ready(self) -> None:
        from . import checks, safeguards  # noqa: F401
