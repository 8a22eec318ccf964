from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import history, store
from wisely_security.findings.rules import RULES
from wisely_security.tenancy.models import Tenant


class Command(BaseCommand):
    help = (
        "Runs the rules over a tenant's records, with the tenant's own thresholds, and shows what they find "
        "(docs/operating/findings.md). Stores nothing without --save."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="slug of the tenant")
        parser.add_argument("--days", type=int, default=30, help="how far back (default: 30)")
        parser.add_argument("--rule", action="append", choices=list(RULES), help="only this rule; may be repeated")
        parser.add_argument("--save", action="store_true", help="store the findings that are not there yet")

    def handle(self, *, tenant: str, days: int, rule: list[str] | None, save: bool, **options: Any) -> None:
        with acting_as(support=True):
            found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f"There is no tenant {tenant!r}.")
        now = timezone.now()
        with acting_as(tenant_id=found.pk):
            limits = store.limits_of([str(found.pk)])[str(found.pk)]
            limits = {key: its for key, its in limits.items() if not rule or key in rule}
            incidents, _ = history.find(found.pk, now - timedelta(days=days), now, limits)
            if save:
                with transaction.atomic():
                    store.save(incidents)
        for incident in incidents:
            sentence = RULES[incident.rule].sentence(incident.details)
            self.stdout.write(f"{incident.severity:<6}  {RULES[incident.rule].title}: {sentence}")
        counts = Counter(RULES[incident.rule].title for incident in incidents)
        summary = ", ".join(f"{title} {number}" for title, number in counts.most_common())
        self.stdout.write(f"{len(incidents)} in {days} days" + (f": {summary}" if summary else ""))
