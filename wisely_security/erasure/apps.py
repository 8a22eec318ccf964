from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "wisely_security.erasure"
    verbose_name = "Erasure"

    def ready(self) -> None:
        from wisely_security.ledger.erasure.recorded import erasures_are_recorded_by

        from . import recording, safeguards  # noqa: F401

        erasures_are_recorded_by(recording.record_erasure, recording.look_up)
