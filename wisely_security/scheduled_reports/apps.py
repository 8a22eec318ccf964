from django.apps import AppConfig
from django.db.models.signals import post_save


class ScheduledReportsConfig(AppConfig):
    name = "wisely_security.scheduled_reports"
    verbose_name = "Scheduled reports"

    def ready(self) -> None:
        from wisely_security.workspace.modules.business_profile import BusinessProfile
        from wisely_security.workspace.outbox import due as outbox

        from . import audited  # noqa: F401
        from .runs.running import run_due
        from .schedules import (
            due,
            pages,  # noqa: F401  (adds them to the menu)
        )

        outbox.register(run_due)
        post_save.connect(due.profile_saved, sender=BusinessProfile, dispatch_uid="scheduled_reports")
