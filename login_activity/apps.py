from django.apps import AppConfig


class LoginActivityConfig(AppConfig):
    name = "login_activity"
    verbose_name = "Login Activity"

    def ready(self) -> None:
        from wisely_security.ledger.derived import projectors

        from . import checks, safeguards  # noqa: F401
        from .sign_ins import receivers, summaries

        receivers.connect()
        projectors.register_source(summaries.write, summaries.waiting_since)
