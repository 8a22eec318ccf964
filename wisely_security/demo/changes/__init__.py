"""The workspace's part of the demo, and with it the Audit Trail's: 45 days of work. See docs/demo.md.

Nothing here writes an event: people send the forms of the pages, and the hook and the recorder record it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as
from wisely_security.demo.patterns import Rng, people
from wisely_security.demo.people import Demo
from wisely_security.demo.sign_ins import DAYS
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.waba_numbers import WabaNumber

from .everyday import Everyday
from .fake_mail import keeping_mail
from .scenario import Scenario

LOGINS_FOR_A_CHANGE = 10
SCENARIOS = sorted(Path(__file__).parent.glob("*.toml"))  # one for each tenant, named by its slug


def everyday_changes(events: int) -> int:
    """How many changes of an ordinary day belong to so many login events."""
    return events // LOGINS_FOR_A_CHANGE


def load(demo: Demo, *, changes: int, seed: int, until: datetime, progress: Callable[[int], None]) -> None:
    """Play each tenant's scenario, with exactly so many everyday changes in between, in the owner's transaction."""
    since = until - timedelta(days=DAYS)
    everybody = people(demo, since, until, seed)
    done = 0
    with keeping_mail():
        for path, number in zip(SCENARIOS, _parts(changes, len(SCENARIOS)), strict=True):
            slug = path.stem
            rng = Rng(f"{seed} {slug}")
            team = [person for person in everybody.values() if person.user.tenant == demo.tenants[slug]]
            everyday = Everyday(team, rng, until, number, _counting(progress, done))
            Scenario(demo.tenants[slug], team, everyday, rng, since, until).play(path)
            everyday.work(until)
            done += number
    _gather_statistics()


def add(demo: Demo, *, changes: int, seed: str, until: datetime, progress: Callable[[int], None]) -> int:
    """More everyday changes, of new message links alone: what is recorded of other records stays a chain of changes.

    Returns how many: none where no tenant has had a number for a day, which a link could open.
    """
    since = until - timedelta(days=DAYS)
    everybody = people(demo, since, until, seed)
    numbers = [found for tenant in demo.tenants.values() if (found := _numbers(tenant, until - timedelta(days=1)))]
    done = 0
    for found, number in zip(numbers, _parts(changes, len(numbers)), strict=True):
        team = [person for person in everybody.values() if person.user.tenant_id == found[0].tenant_id]
        everyday = Everyday(team, Rng(f"{seed} {found[0].tenant_id}"), until, number, _counting(progress, done))
        everyday.begin(max(since, *(each.created_at for each in found)), found)
        everyday.work(until)
        done += number
    _gather_statistics()
    return done


def _gather_statistics() -> None:
    """For the planner: autovacuum sees nothing before the commit."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {AuditEvent._meta.db_table}")


def _numbers(tenant: Tenant, since: datetime) -> list[WabaNumber]:
    with acting_as(tenant_id=tenant.pk):
        return list(WabaNumber.objects.filter(tenant=tenant, created_at__lte=since))


def _parts(whole: int, number: int) -> list[int]:
    return [whole * (n + 1) // number - whole * n // number for n in range(number)]


def _counting(progress: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: progress(before + done)
