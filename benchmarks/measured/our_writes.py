"""This project as a candidate of ``benchmarks.writes``. With "off", its audit triggers are switched off and no session
context is set with the statements; row-level security stays on. With "least", there is instead the least that a trigger
could do to leave a trace: a constant row for each row, in a table without an index."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from ipaddress import ip_address
from uuid import uuid4

import django

from ..runner import Done, take_part

LEAST = """
    CREATE TABLE trace (entry text);
    CREATE FUNCTION leave_a_trace() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$ BEGIN INSERT INTO trace VALUES ('edit'); RETURN NULL; END $$;
    CREATE TRIGGER leave_a_trace AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION leave_a_trace();
"""


def main(instead: str) -> None:
    from django.conf import settings
    from django.db import connection, connections

    from audit_trail.models import AuditEvent
    from tests.support.cast import create_cast
    from tests.support.databases import drop_template, fresh_database, make_template
    from tests.workspace.samples.making import build, make
    from wisely_security.core.request_context import Client, RequestContext, acting_as, using
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    from .writes import Writes

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
        if instead:
            context = RequestContext()
            with connections["owner"].cursor() as owner:
                owner.execute(f"ALTER TABLE {MessageLink._meta.db_table} DISABLE TRIGGER USER")
                if instead == "least":
                    owner.execute(LEAST.format(table=MessageLink._meta.db_table))
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
    main("".join(sys.argv[1:]))
