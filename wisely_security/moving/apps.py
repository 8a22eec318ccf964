from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "wisely_security.moving"
    verbose_name = "Moving"

    def ready(self) -> None:
        from . import moves, recording, safeguards  # noqa: F401  (moves: shown by ``manage.py cells``)
