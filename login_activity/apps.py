from django.apps import AppConfig


class LoginActivityConfig(AppConfig):
    name = "login_activity"
    verbose_name = "Login Activity"

    def ready(self) -> None:
        from . import receivers, safeguards  # noqa: F401

        receivers.connect()
