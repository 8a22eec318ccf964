"""Two people edit the same record: no change is overwritten unnoticed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.cast import Cast
from tests.support.untouched import sent_by
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser
from wisely_security.workspace.modules.templates import Template

from .site import USERS, AuditTrail, list_of, opened


def test_a_field_that_others_have_changed_is_not_overwritten_unseen(dana: Client, cast: Cast, seen_by_support) -> None:
    url = f"{USERS}{cast.bob.pk}/change/"
    form = opened(dana, url) | {"name": "Bob Braun", "time_zone": "Europe/Berlin"}
    User.objects.filter(pk=cast.bob.pk).update(name="Robert Brown")
    audit_trail = AuditTrail(cast.acme)
    response = dana.post(url, form)
    html = response.content.decode()
    assert response.status_code == 200
    assert "it is now “Robert Brown”" in html
    assert 'value="Bob Braun"' in html
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.name, bob.time_zone) == ("Robert Brown", "UTC")
    event = audit_trail.only()
    assert (event.action, event.status, event.reason_code) == ("edited", "failure", "conflict")
    assert event.reason.startswith("Name: Someone else has changed this")
    assert event.resource_name == "Robert Brown"


def test_saving_again_overwrites(dana: Client, cast: Cast, seen_by_support) -> None:
    url = f"{USERS}{cast.bob.pk}/change/"
    form = opened(dana, url) | {"name": "Bob Braun"}
    User.objects.filter(pk=cast.bob.pk).update(name="Robert Brown")
    again = sent_by(dana.post(url, form))
    assert (again["name"], again["initial-name"]) == (["Bob Braun"], ["Robert Brown"])
    assert dana.post(url, again).status_code == 302
    assert User.objects.get(pk=cast.bob.pk).name == "Bob Braun"


def test_two_people_who_make_the_same_change_do_not_conflict(dana: Client, cast: Cast, seen_by_support) -> None:
    url = f"{USERS}{cast.bob.pk}/change/"
    form = opened(dana, url) | {"name": "Robert Brown"}
    User.objects.filter(pk=cast.bob.pk).update(name="Robert Brown")
    audit_trail = AuditTrail(cast.acme)
    assert dana.post(url, form).status_code == 302
    assert audit_trail.new() == []


def test_a_list_is_compared_as_a_whole(dana: Client, cast: Cast, seen_by_support) -> None:
    group = make(BusinessGroup, cast.acme, name="Sales")
    url = f"{list_of(BusinessGroup)}{group.pk}/change/"
    form = opened(dana, url) | {"users": [str(cast.bob.pk)]}
    make(BusinessGroupUser, cast.acme, group=group, user=cast.alice)
    audit_trail = AuditTrail(cast.acme)
    response = dana.post(url, form)
    assert response.status_code == 200
    assert "it is now “Alice Adams”" in response.content.decode()
    assert [user.name for user in group.users.all()] == ["Alice Adams"]
    assert [event.reason_code for event in audit_trail.new() if event.status == "failure"] == ["conflict"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_endings_are_no_conflict(dana: Client, cast: Cast, end: str, seen_by_support) -> None:
    template = make(Template, cast.acme, body=f"Hello{end}there")
    url = f"{list_of(Template)}{template.pk}/change/"
    form = opened(dana, url)
    assert dana.post(url, form | {"body": "Hello\r\nyou"}).status_code == 302
    template.refresh_from_db()
    assert template.body == "Hello\nyou"


def test_what_others_have_changed_elsewhere_stays(dana: Client, cast: Cast, seen_by_support) -> None:
    template = make(Template, cast.acme, header="One", footer="Two")
    url = f"{list_of(Template)}{template.pk}/change/"
    form = opened(dana, url)
    with acting_as(tenant_id=cast.acme.pk):
        Template.objects.filter(pk=template.pk).update(footer="By Alice", validity_minutes=5)
    audit_trail = AuditTrail(cast.acme)
    assert dana.post(url, form | {"header": "By Dana"}).status_code == 302
    template.refresh_from_db()
    assert (template.header, template.footer, template.validity_minutes) == ("By Dana", "By Alice", 5)
    assert [change["label"] for change in audit_trail.only().changes] == ["Header"]
