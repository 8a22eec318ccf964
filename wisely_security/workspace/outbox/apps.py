from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "wisely_security.workspace.outbox"
    verbose_name = "Outbox"
