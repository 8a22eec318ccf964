"""What injected SQL can do as the app role or through the owner's functions: no bypass, no forgery, no reading."""

from __future__ import annotations

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connections, transaction

from tests.support.cast import Cast
from tests.support.databases import temporary_tables
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.devserver.embedded.roles import SUPERUSER
from wisely_security.ledger.models import NO_TENANT
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.waba_numbers import MessageLink

from .paths.outside import session
from .statements import events_of, run

EVENTS = "audit_trail_auditevent"


class TestAppRole:
    """What injected SQL could do, and what it could not."""

    @pytest.mark.parametrize(
        "statement",
        [
            f"INSERT INTO {EVENTS} (tenant_id) VALUES (uuidv7())",
            "SELECT * FROM audit_trail_pending",
            "DELETE FROM audit_trail_pending",
            "INSERT INTO audit_trail_pending (resource_id) VALUES (uuidv7())",
            "ALTER TABLE workspace_businessgroup DISABLE TRIGGER ALL",
            "DROP TRIGGER audit_trail_update ON workspace_businessgroup",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION audit_trail_actor() RETURNS jsonb LANGUAGE sql RETURN '{}'::jsonb",
            "TRUNCATE workspace_businessgroup",
        ],
    )
    def test_cannot_bypass_the_triggers(self, cast: Cast, statement: str) -> None:
        with (
            acting_as(tenant_id=cast.acme.pk),
            pytest.raises(Error, match=r"permission denied|must be owner"),
            transaction.atomic(),
        ):
            run(statement)

    def test_cannot_use_the_trigger_functions_on_its_own_table(self, cast: Cast) -> None:
        functions = run("SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND proname LIKE 'audit_trail_%%'")
        allowed = {
            name
            for (name,) in functions
            if run("SELECT has_function_privilege(%s::regprocedure, 'EXECUTE')", name)[0][0]
        }
        assert len(functions) > 30
        assert {name.partition("(")[0] for name in allowed} == {"audit_trail_record"}

    def test_cannot_shadow_what_the_triggers_use(self, cast: Cast) -> None:
        group = make(BusinessGroup, cast.acme)
        with temporary_tables(), acting_as(tenant_id=cast.acme.pk):
            run(f"CREATE TEMP TABLE {EVENTS} (LIKE {EVENTS})")
            run("CREATE TEMP TABLE audit_trail_pending (LIKE public.audit_trail_auditevent)")
            run("CREATE FUNCTION pg_temp.audit_trail_actor() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'")
            run("CREATE FUNCTION pg_temp.jsonb_build_object(text) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'")
            run("SET LOCAL search_path = pg_temp, public, pg_catalog")
            run("UPDATE public.workspace_businessgroup SET name = 'North' WHERE id = %s", group.pk)
            run("SET CONSTRAINTS ALL IMMEDIATE")
            assert run(f"SELECT count(*) FROM pg_temp.{EVENTS}") == [(0,)]
            run("SET LOCAL search_path = public")
            run(f"DROP TABLE pg_temp.{EVENTS}, pg_temp.audit_trail_pending")
        [event] = events_of(group, action="edit")
        assert event.actor_name == "System" and event.changes[0]["after"] == "North"

    def test_cannot_choose_the_time_of_an_event(self, cast: Cast) -> None:
        link = make(MessageLink, cast.acme)
        [before] = events_of(link)
        with acting_as(tenant_id=cast.acme.pk):
            run("SELECT set_config('wisely.at', '2020-01-01', true)")
            run("UPDATE workspace_messagelink SET name = 'Late' WHERE id = %s", link.pk)
        [event] = events_of(link, action="edit")
        assert event.occurred_at >= before.occurred_at

    @pytest.mark.parametrize(
        "actor", ["nonsense", "{}", '{"kind": "person"}', '{"kind": "person", "name": "x", "id": "1"}']
    )
    def test_cannot_write_without_an_actor(self, cast: Cast, actor: str) -> None:
        link = make(MessageLink, cast.acme)
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(Error), transaction.atomic():
            run("SELECT set_config('wisely.actor', %s, true)", actor)
            run("UPDATE workspace_messagelink SET name = 'Late' WHERE id = %s", link.pk)

    @pytest.mark.parametrize("of", ["globex", None])
    def test_cannot_record_for_another_tenant_or_for_none(self, cast: Cast, of: str | None) -> None:
        tenant_id = cast.globex.pk if of else NO_TENANT
        with (
            acting_as(tenant_id=cast.acme.pk),
            pytest.raises(ProgrammingError, match="another tenant"),
            transaction.atomic(),
        ):
            run(RECORD, tenant_id, "success", "", "")

    @pytest.mark.parametrize(
        ("status", "code", "reason"),
        [
            ("failure", "", ""),
            ("failure", "error", ""),
            ("failure", "", "Why"),
            ("success", "error", "Why"),
            ("odd", "", ""),
        ],
    )
    def test_cannot_record_a_failure_without_a_reason(self, cast: Cast, status: str, code: str, reason: str) -> None:
        with (
            acting_as(tenant_id=cast.acme.pk),
            pytest.raises(IntegrityError, match="a success, or a failure"),
            transaction.atomic(),
        ):
            run(RECORD, cast.acme.pk, status, code, reason)


RECORD = "SELECT audit_trail_record(%s, 'users', 'user', 'edited', %s, %s, %s, 'user', NULL, '', '[]')"


class TestOwner:
    def test_cannot_choose_the_time_of_an_event_either(self, committed_cast: Cast) -> None:
        link = make(MessageLink, committed_cast.acme)
        [before] = events_of(link)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET wisely.scope = 'support'")
            for setting in ("wisely.at", "wisely_demo.at"):
                cursor.execute(f"SET {setting} = '2026-01-02 03:04:05+00'")
            cursor.execute("UPDATE workspace_messagelink SET name = 'Early' WHERE id = %s", [link.pk])
        connections["owner"].close()
        [event] = events_of(link, action="edit")
        assert event.occurred_at >= before.occurred_at

    def test_leaves_no_wider_scope_behind(self, committed_cast: Cast) -> None:
        link = make(MessageLink, committed_cast.acme)
        with session(SUPERUSER) as cursor:
            cursor.execute("UPDATE workspace_messagelink SET name = 'Early' WHERE id = %s", [link.pk])
            cursor.execute("SELECT current_setting('wisely.scope', true)")
            assert cursor.fetchall() == [("",)]
