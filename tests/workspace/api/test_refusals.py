"""Which calls and contents are refused: the answer is an RFC 9457 problem, and nothing is recorded."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from audit_trail.registry import Action, actions
from tests.support.cast import Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.access_accounts import AccessAccount

from .calls import URL, Caller, add_account, event, problem, reported


def test_an_error_response_is_not_compressed(db: None) -> None:
    response = Client().get("/api/v1/nothing", headers={"Accept-Encoding": "gzip"})
    assert (response.status_code, response.get("Content-Encoding")) == (404, None)
    assert json.loads(response.content)["code"] == "not_found"


@pytest.mark.parametrize("depth", [300, 700, 100_000])
def test_a_body_that_is_nested_too_deeply(billing: Caller, depth: int) -> None:
    problem(billing.post(b'{"events": ' + b"[" * depth + b"]" * depth + b"}"), 400, "malformed")


@pytest.mark.parametrize("action", [action for action in actions() if action.module.key == "records"], ids=str)
def test_actions_that_the_platform_records_itself_are_refused(cast: Cast, billing: Caller, action: Action) -> None:
    module, sub_module, key = action.name
    problem(billing.report(event(module=module, sub_module=sub_module, action=key)), 422, "invalid")
    assert reported(cast.acme) == []


class TestCaller:
    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YWxpY2U6eA==", "wsk_abc"])
    def test_without_a_key(self, billing: Caller, header: str) -> None:
        response = billing.report(event(), headers={"Authorization": header})
        problem(response, 401, "key_missing")
        assert response["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("key", ["wsk_" + "a" * 43, "wsk_", "x" * 5000, "' OR 1=1 --", "é\x7f"])
    def test_with_an_unknown_key(self, billing: Caller, key: str) -> None:
        response = billing.report(event(), headers={"Authorization": f"Bearer {key}"})
        problem(response, 401, "key_unknown")
        assert response["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_the_hash_of_a_key_is_no_key(self, billing: Caller) -> None:
        problem(
            billing.report(event(), headers={"Authorization": f"Bearer {billing.account.key_hash}"}), 401, "key_unknown"
        )

    def test_a_session_is_no_key(self, cast: Cast, billing: Caller) -> None:
        problem(billing.report(event(), client=sign_in(cast.alice), headers={"Authorization": ""}), 401, "key_missing")

    def test_a_session_beside_the_key_is_ignored(self, cast: Cast, billing: Caller) -> None:
        assert billing.report(event(), client=sign_in(cast.charlie)).status_code == 201
        assert [each.actor_name for each in reported(cast.acme)] == ["Billing"]
        assert reported(cast.globex) == []

    def test_deactivated(self, cast: Cast, billing: Caller) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            AccessAccount.objects.update(is_active=False)
        problem(billing.report(event()), 403, "account_deactivated")
        assert reported(cast.acme) == []

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("192.0.2.7", 201),
            ("198.51.100.200", 201),
            ("2001:db8::17", 201),
            ("::ffff:192.0.2.7", 201),
            ("192.0.2.8", 403),
            ("2001:db9::17", 403),
            ("nonsense", 403),
        ],
    )
    def test_only_from_the_allowed_addresses(self, cast: Cast, address: str, status: int) -> None:
        caller = add_account(cast.acme, cast.alice, allowed_ips=["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"])
        response = caller.report(event(), REMOTE_ADDR=address)
        assert response.status_code == status
        if status == 403:
            problem(response, 403, "address_not_allowed")
        assert len(reported(cast.acme)) == (status == 201)

    def test_needs_no_csrf_token_and_gets_no_cookie(self, billing: Caller) -> None:
        response = billing.report(event(), client=Client(enforce_csrf_checks=True))
        assert response.status_code == 201
        assert not response.cookies


class TestBody:
    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    def test_of_another_content_type(self, billing: Caller, content_type: str) -> None:
        problem(billing.report(event(), content_type=content_type), 415, "not_json")

    def test_too_large(self, billing: Caller) -> None:
        body = b'{"events": [' + b" " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b"]}"
        problem(billing.post(body), 413, "too_large")

    def test_without_a_length(self, billing: Caller) -> None:
        problem(billing.report(event(), CONTENT_LENGTH=""), 411, "length_missing")

    @pytest.mark.parametrize(
        "body",
        [
            b" ",
            b"{",
            b"\xff\xfe",
            b'{"events": [NaN]}',
            b'{"events": [1e999]}',
            b"[" * 100_000,
            b"1" * 5000,
            '{"events": []}'.encode("utf-16"),
            b'\xef\xbb\xbf{"events": []}',
        ],
        ids=lambda body: repr(body[:20]),
    )
    def test_not_json(self, billing: Caller, body: bytes) -> None:
        problem(billing.post(body), 400, "malformed")

    @pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "é"])
    def test_without_an_idempotency_key(self, billing: Caller, key: str) -> None:
        problem(billing.report(event(), headers={"Idempotency-Key": key}), 400, "idempotency_key")

    @pytest.mark.parametrize(
        ("wrong", "pointer", "detail"),
        [
            ({"module": "nothing"}, "/module", "not one of"),
            ({"action": "suspend"}, "", "This combination of module, sub_module and action is not listed."),
            ({"sub_module": "message_links"}, "", "This combination of module, sub_module and action is not listed."),
            ({"sub_module": None}, "/sub_module", "not one of"),
            ({"status": "Success"}, "/status", "not one of"),
            ({"status": "failure", "reason": "x"}, "", '"reason_code" is a required'),
            ({"status": "failure", "reason_code": "error"}, "", '"reason" is a required'),
            ({"status": "failure", "reason_code": "oops", "reason": "x"}, "/reason_code", "not one of"),
            ({"reason": "x"}, "", "A success has no reason and no reason_code."),
            ({"resource": {}}, "/resource", '"name" is a required'),
            ({"resource": {"name": ""}}, "/resource/name", "shorter"),
            ({"resource": {"name": "x" * 201}}, "/resource/name", "longer"),
            ({"resource": {"name": "a\0b"}}, "/resource/name", "One line of visible text"),
            ({"resource": {"name": "x", "id": "1"}}, "/resource/id", "A UUID"),
            ({"resource": {"name": "x", "type": "A b"}}, "/resource/type", "Lower-case"),
            ({"changes": {}}, "/changes", "not of type"),
            ({"changes": [{"field": "a", "label": "A"}]}, "/changes/0", "A change has"),
            ({"changes": [{"field": "a", "label": "A", "masked": False}]}, "/changes/0/masked", "true"),
            ({"changes": [{"field": "a", "label": "A", "masked": True, "after": "x"}]}, "/changes/0", "A change has"),
            ({"changes": [{"field": "a", "label": "A", "added": ["x"]}]}, "/changes/0", '"removed" is a required'),
            ({"changes": [{"field": "a", "label": "A", "after": "x" * 5001}]}, "/changes/0/after", "longer"),
            ({"occurred_at": "2020-01-01"}, "", "occurred_at"),
            ({"actor": "Alice"}, "", "actor"),
            ({"tenant_id": "x"}, "", "tenant_id"),
            ({"status": 10**400}, "/status", "not one of"),
        ],
    )
    def test_one_wrong_event_refuses_them_all(
        self, cast: Cast, billing: Caller, wrong: dict[str, object], pointer: str, detail: str
    ) -> None:
        answer = problem(billing.report(event(), event(**wrong), event()), 422, "invalid")
        assert any(
            error["pointer"] == "#/events/1" + pointer and detail in error["detail"] for error in answer["errors"]
        ), answer["errors"]
        assert reported(cast.acme) == []

    @pytest.mark.parametrize("body", [None, [], 1, "x", {}, {"events": []}, {"events": {}}, {"events": [1]}])
    def test_not_a_batch(self, billing: Caller, body: object) -> None:
        problem(billing.post(body), 422, "invalid")

    def test_more_than_a_thousand(self, billing: Caller) -> None:
        problem(billing.report(*[event()] * 1001), 422, "invalid")

    def test_what_was_sent_is_not_repeated_in_the_answer(self, billing: Caller) -> None:
        response = billing.report(event(status="hunter2", resource={"name": "hunter2" * 100}))
        assert "hunter2" not in response.content.decode()

    def test_only_the_first_of_very_many_errors_are_listed(self, billing: Caller) -> None:
        answer = problem(billing.report(*[event(status="")] * 1000), 422, "invalid")
        assert len(answer["errors"]) == 20


class TestElsewhere:
    """Errors are never answered with an HTML page."""

    @pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/audit-events/", "/api/v2/audit-events", "/api/%00"])
    def test_an_unknown_path(self, db: None, path: str) -> None:
        problem(Client().get(path), 404, "not_found")

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
    def test_another_method(self, db: None, method: str) -> None:
        response = getattr(Client(), method)(URL)
        assert (response.status_code, response["Allow"]) == (405, "POST")
        if method != "head":
            problem(response, 405, "method_not_allowed")

    def test_an_unknown_host(self, db: None) -> None:
        response = Client().get("/api/v1/openapi.json", headers={"Host": "evil.example"})
        assert json.loads(response.content)["status"] == 400

    def test_an_unexpected_error(self, billing: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("wisely_security.workspace.api.recording.RECORD_ALL", "SELECT 1 / 0")
        client = Client(raise_request_exception=False)
        answer = problem(billing.report(event(), client=client), 500, "internal_server_error")
        assert "detail" not in answer
