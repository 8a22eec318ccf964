"""A repeat of a call is harmless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.api.models import KEPT_FOR, KeptAnswer

from .calls import Caller, add_account, event, problem, reported


def test_a_repeated_call_has_the_same_answer_and_records_nothing(cast: Cast, billing: Caller) -> None:
    first = billing.report(event(), event(), idempotency_key="order-1")
    again = billing.report(event(), event(), idempotency_key="order-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert len(reported(cast.acme)) == 2


def test_the_same_content_in_other_notation_is_a_repeated_call(cast: Cast, billing: Caller) -> None:
    body = b'{"events": [{"module": "roles", "action": "add", "status": "success", "resource": {"name": "Zo\\u00eb"}}]}'
    other = '{"events":[{"resource":{"name":"Zoë"},"status":"success","action":"add","module":"roles"}]}'.encode()
    assert billing.post(body, idempotency_key="1").content == billing.post(other, idempotency_key="1").content
    assert len(reported(cast.acme)) == 1


def test_another_body_with_the_same_key_is_refused(cast: Cast, billing: Caller) -> None:
    billing.report(event(), idempotency_key="order-1")
    problem(billing.report(event(action="delete"), idempotency_key="order-1"), 409, "idempotency_key_reused")
    assert [each.action for each in reported(cast.acme)] == ["create"]


def test_a_refused_call_does_not_use_up_its_key(cast: Cast, billing: Caller) -> None:
    problem(billing.report(event(status="?"), idempotency_key="order-1"), 422, "invalid")
    assert billing.report(event(), idempotency_key="order-1").status_code == 201


def test_each_account_has_keys_of_its_own(cast: Cast, billing: Caller) -> None:
    others = [add_account(cast.acme, cast.alice, label="Shop"), add_account(cast.globex, cast.charlie)]
    for caller in (billing, *others):
        assert "Idempotent-Replayed" not in caller.report(event(), idempotency_key="order-1")
    assert (len(reported(cast.acme)), len(reported(cast.globex))) == (2, 1)


def test_stored_answers_are_visible_to_their_tenant_alone(cast: Cast, billing: Caller) -> None:
    billing.report(event())
    with acting_as(tenant_id=cast.globex.pk):
        assert not KeptAnswer.objects.exists()


def keep(caller: Caller, key: str, age: timedelta) -> None:
    """Pretend that a call was answered that long ago."""
    account = caller.account
    with acting_as(tenant_id=account.tenant_id):
        KeptAnswer.objects.create(
            tenant_id=account.tenant_id,
            account=account,
            key=key,
            fingerprint="",
            event_ids=[],
            created_at=timezone.now() - age,
        )


def test_answers_are_stored_for_a_week(cast: Cast, billing: Caller) -> None:
    for key, age in (("old", KEPT_FOR + timedelta(minutes=1)), ("young", KEPT_FOR - timedelta(minutes=1))):
        keep(billing, key, age)
    billing.report(event(), idempotency_key="new")
    with acting_as(tenant_id=cast.acme.pk):
        assert set(KeptAnswer.objects.values_list("key", flat=True)) == {"young", "new"}


def test_after_a_week_a_key_is_free_again(cast: Cast, billing: Caller) -> None:
    keep(billing, "order-1", KEPT_FOR + timedelta(minutes=1))
    again = billing.report(event(), idempotency_key="order-1")
    assert (again.status_code, "Idempotent-Replayed" in again) == (201, False)
    assert len(reported(cast.acme)) == 1
    problem(billing.report(event(action="delete"), idempotency_key="order-1"), 409, "idempotency_key_reused")


def test_an_account_is_deleted_with_its_stored_answers(cast: Cast, billing: Caller) -> None:
    billing.report(event())
    with acting_as(tenant_id=cast.acme.pk), transaction.atomic():
        billing.account.delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("same_body", [True, False])
def test_many_at_once_record_one_batch(committed_cast: Cast, committed_billing: Caller, same_body: bool) -> None:
    def call(number: int) -> tuple[int, bytes]:
        name = "same" if same_body else f"body {number}"
        try:
            response = committed_billing.report(*[event(resource={"name": name})] * 50, idempotency_key="at-once")
            return response.status_code, response.content
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert len(reported(committed_cast.acme)) == 50
    statuses = sorted(status for status, _ in answers)
    assert statuses == ([201] * 8 if same_body else [201] + [409] * 7)
    assert len({content for status, content in answers if status == 201}) == 1
