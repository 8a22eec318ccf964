"""Whatever a record holds: opening its form and saving it unchanged changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, CharField, Field, IntegerField, Model, TextField
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.admin.site import sign_in_as_support
from tests.support.cast import Cast, sign_in
from tests.support.untouched import sent_by
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.pages.resource_page import resource_page_of, resource_pages

TEXTS = {
    "line ends and markup": "\n  two\r\nlines\rand</textarea>\"'><script>&lt;&#13;&amp; %s {{1}}\t\r\n\n",
    "controls": "\x1b[31m\x01\x9b\u2028\u202eeman\u2066\u200f\ufeff\ufffe\ue000",
    "emoji and lines to the limit": "😀\n" * 2000,
    "scripts and spaces": " \u00a0\u3000\u2003שלום عربى 山 नम ǅı ﬁ e\u0301 葛\U000e0100 🏴\U000e0067\U000e007f\u00a0 ",
    "nothing": "",
}
LISTS = {
    "permissions": ["users.view", "old.permission", "audit_trail.view", "users.view"],
    "channels": ["truecaller", "sms", "pigeon", "sms"],
    "allowed_ips": ["10.0.0.2", "10.0.0.1", "10.0.0.2", "10.0.0.9/8", ""],
}
NUMBERS = {"session_idle_minutes": 3, "session_max_hours": 100_000, "validity_minutes": 0}
KEPT = {
    "email",
    "password",
    "status",
    "content_status",
    "remark",
    "slug",
    "key",
    "edition",
    "key_hash",
    "key_start",
    "code",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_stored_values_stay_as_they_are(cast: Cast, text: str) -> None:
    alice, bob, dana = sign_in(cast.alice), sign_in(cast.bob), sign_in_as_support()
    records = [
        make(resource_page.model, cast.acme, **_special(resource_page.model)) for resource_page in resource_pages()
    ]
    with acting_as(support=True):
        for record in [*records, cast.bob, cast.acme]:
            type(record)._default_manager.filter(pk=record.pk).update(**_filled(type(record), text))
    forms = [(bob, reverse("profile")), (alice, reverse("sign_in_settings"))]
    for record in records:
        resource_page: Any = resource_page_of(type(record))
        forms += [(alice, resource_page.edit_url(record.pk)), (dana, _admin_url(record))]
        settings = (each for each in resource_page.custom_actions if each.key == "settings")
        forms += [(alice, resource_page.custom_action_url(each, record.pk)) for each in settings]
    forms += [(dana, _admin_url(cast.acme))]
    filled = [(client, url, sent_by(client.get(url))) for client, url in forms]

    connection.check_constraints()  # writes the pending events of the records created above
    before = _content(cast)
    for client, url, form in filled:
        response = client.post(url, form)
        assert response.status_code == 302, (url, response.context["errors"])
    after = _content(cast)
    assert [row for row in after if row not in before] == []
    assert len(after) == len(before)


def _special(model: type[Model]) -> dict[str, Any]:
    return {"content_status": "approved", "status": "approved"} if model is Template else {}


def _filled(model: type[Model], text: str) -> dict[str, Any]:
    values = {field.name: _value(field, text) for field in model._meta.concrete_fields if field.name not in KEPT}
    return {name: value for name, value in values.items() if value is not None}


def _value(field: Field[Any, Any], text: str) -> Any:
    if field.name == "time_zone" and field.model is User:
        return "Israel"  # an older name, of a zone that there is: every page is in it
    if isinstance(field, ArrayField):
        longest = getattr(field.base_field, "max_length", None)
        return LISTS.get(field.name, [text[:longest], "b", "a", text[:longest], ""])
    if isinstance(field, IntegerField) and not field.is_relation:
        return NUMBERS.get(field.name)
    if isinstance(field, BooleanField) and field.editable:
        return True
    return text[: field.max_length] if isinstance(field, CharField | TextField) else None


def _admin_url(record: Model) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def _content(cast: Cast) -> list[dict[str, Any]]:
    """All rows of the resources, the users and both records."""
    models = {resource_page.model for resource_page in resource_pages()} | {Tenant, User, Role, AuditEvent, LoginEvent}
    with acting_as(support=True):
        return [row for model in models for row in model._default_manager.values()]


class TestTouched:
    """Changed fields are validated; untouched ones beside them are not."""

    @pytest.fixture
    def template(self, cast: Cast) -> Template:
        return make(Template, cast.acme, body="old {{name}}\r\n", footer="\x1b", language="xx", header="One")

    def _save(self, client: Client, template: Template, **typed: str) -> Any:
        url = reverse("templates_edit", args=[template.pk])
        response = client.post(url, sent_by(client.get(url)) | {name: [text] for name, text in typed.items()})
        with acting_as(tenant_id=template.tenant_id):
            template.refresh_from_db()
        return response

    def test_the_rest_stays_as_it_is(self, alice: Client, template: Template) -> None:
        assert self._save(alice, template, header="Two").status_code == 302
        assert (template.header, template.footer, template.language) == ("Two", "\x1b", "xx")
        assert template.body == "old {{name}}\r\n"

    @pytest.mark.parametrize("body", ["old {{name}}", "new\x1b", "\u202enew", "new\u2028line", "new\x85line"])
    def test_a_field_that_was_touched_is_held_to_the_rules(self, alice: Client, template: Template, body: str) -> None:
        assert self._save(alice, template, body=body).status_code == 400
        assert template.body == "old {{name}}\r\n"

    def test_a_name_is_unique_together_with_what_was_not_touched(self, cast: Cast, alice: Client, template) -> None:
        make(Template, cast.acme, name="taken", language="xx")
        response = self._save(alice, template, name="taken")
        assert response.status_code == 400
        assert "A template with this name already exists in this language." in response.content.decode()

    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    def test_lines_are_stored_and_counted_as_the_browser_counts_them(self, alice: Client, template, end: str) -> None:
        lines = ["12345678"] * 113  # with the ends between them 1,016 characters, and 8 more below
        assert self._save(alice, template, body=end.join([*lines, "1234567"])).status_code == 302
        assert template.body == "\n".join([*lines, "1234567"])
        assert len(template.body) == 1024
        assert self._save(alice, template, body=end.join([*lines, "12345678"])).status_code == 400

    def test_an_emoji_is_one_character(self, alice: Client, template: Template) -> None:
        assert self._save(alice, template, header="😀" * 60).status_code == 302
        assert self._save(alice, template, header="😀" * 61).status_code == 400

    def test_the_page_leaves_counting_to_the_server(self, alice: Client, template: Template) -> None:
        page = alice.get(reverse("templates_edit", args=[template.pk])).content.decode()
        assert "maxlength" not in page.split("<main")[1]
