from django.apps import AppConfig


class AccountMailConfig(AppConfig):
    name = "wisely_security.account_mail"
    verbose_name = "E-mails about accounts"

    def ready(self) -> None:
        from . import receivers

        receivers.connect()
