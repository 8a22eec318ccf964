from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "wisely_security.workspace"
    verbose_name = "Workspace"

    def ready(self) -> None:
        from . import safeguards  # noqa: F401
