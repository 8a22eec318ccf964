"""Refusals of seeding."""

from __future__ import annotations

import pytest
from django.core.management import CommandError
from django.db import connections

from tests.support.cast import create_cast, person
from wisely_security.core.request_context import acting_as
from wisely_security.demo import people as demo_people
from wisely_security.tenancy.models import Edition, Tenant, User
from wisely_security.tenancy.sign_in.accounts import create_tenant
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD

from .seeding import all_events, seed


def test_a_second_time_nothing_is_changed(changing: None) -> None:
    before = len(all_events())
    assert "The demo is already loaded" in seed()
    assert "The demo is already loaded" in seed(seed=9)
    assert len(all_events()) == before


def test_it_shows_whom_to_sign_in_as_where_there_is_a_demo(changing: None) -> None:
    shown = seed(sign_ins=True)
    assert [email in shown for email in demo_people.SIGN_INS] == [True] * 5
    assert DEMO_PASSWORD in shown


def test_it_shows_nobody_where_there_is_none(committed: None) -> None:
    assert seed(sign_ins=True) == ""
    assert demo_people.found() is demo_people.Found.NOTHING


def test_a_demo_takes_more_events_as_often_as_one_likes(changing: None) -> None:
    before = len(all_events())
    with acting_as(support=True):
        people = set(User.objects.values_list("pk", "last_login"))
    assert "600 events and 60 changes were added" in seed(events=600)
    assert "600 events and 60 changes were added" in seed(events=600)
    assert len(all_events()) == before + 1200
    with acting_as(support=True):
        assert set(User.objects.values_list("pk", "last_login")) == people


def test_a_demo_that_people_have_joined_is_still_the_demo(changing: None) -> None:
    with acting_as(support=True):
        person("Visitor", "visitor@elsewhere.example").save()
    assert "The demo is already loaded" in seed()


def test_tenants_of_others_are_refused(committed: None) -> None:
    create_cast()
    with acting_as(support=True):
        Tenant.objects.filter(slug="acme").update(slug="acme-2", name="Acme Two")
    with pytest.raises(CommandError, match="contains tenants or users that are not part of the demo"):
        seed()
    assert all_events() == []


def test_users_of_others_are_refused(committed: None) -> None:
    with acting_as(support=True):
        person("Somebody", "somebody@wisely.example").save()
    with pytest.raises(CommandError, match="contains tenants or users that are not part of the demo"):
        seed()


def test_a_demo_with_a_tenant_more_is_refused(changing: None) -> None:
    with acting_as(support=True):
        aggregator = Tenant.objects.get(slug="initech")

    create_tenant("New", "new", Edition.ENTERPRISE, super_admin=person("N", "n@new.example"), aggregator=aggregator)
    with pytest.raises(CommandError, match="not part of the demo"):
        seed()


def test_too_few_events_are_refused(committed: None) -> None:
    with pytest.raises(CommandError, match="at least 500"):
        seed(events=499)


def test_without_the_owner_it_says_what_to_set(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(connections.settings, "owner")
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        seed()
