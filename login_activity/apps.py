from django.apps import AppConfig


class LoginActivityConfig(AppConfig):
    name = "login_activity"
    verbose_name = "Login Activity"

    def ready(self) -> None:
        from . import safeguards  # noqa: F401
        from .sign_ins import receivers

        receivers.connect()
