"""This project as a contestant of ``benchmarks.writes``. With "off" its audit triggers are switched off and nothing is
announced with the statements; row-level security stays on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from ipaddress import ip_address
from uuid import uuid4

import django

from .contest import Done, take_part


def main(recording: bool) -> None:
    from django.conf import settings
    from django.db import connection, connections

    from audit_trail.models import AuditEvent
    from tests.audit_trail.factories import build, make
    from tests.cast import create_cast
    from tests.databases import drop_template, fresh_database, make_template
    from wisely_security.request_context import Client, RequestContext, acting_as, using
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    from .measured_writes import Writes

    settings.DEBUG = False  # or Django would keep every statement
    make_template()
    with fresh_database(f"bench_writes_{os.getpid()}"):
        cast = create_cast()
        number = make(WabaNumber, cast.acme)
        context = RequestContext(
            tenant_id=cast.acme.pk,
            actor=cast.alice.as_actor(),
            client=Client(address=ip_address("192.0.2.7")),
            request_id=uuid4(),
        )
        if not recording:
            context = RequestContext()
            with connections["owner"].cursor() as owner:
                owner.execute(f"ALTER TABLE {MessageLink._meta.db_table} DISABLE TRIGGER USER")
            with connection.cursor() as cursor:  # for the session: row-level security knows its tenant from here
                cursor.execute(f"SET wisely.tenant_id = '{cast.acme.pk}'")

        def request(work: Callable[[], Done]) -> Done:
            with using(context):
                return work()

        def recorded() -> int:
            with acting_as(tenant_id=cast.acme.pk):
                return AuditEvent.objects.filter(resource_type="messagelink").count()

        take_part(Writes(lambda: build(MessageLink, cast.acme, number=number), recorded, request).operations())
    drop_template()


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1:] != ["off"])
