from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from login_activity.models import LoginEvent
from wisely_security.ledger.models import NO_TENANT
from wisely_security.request_context import acting_as
from wisely_security.tenancy.models import Tenant

from . import databases
from .cast import Cast, create_cast, sign_in


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; otherwise the order stays as random as it was."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def template_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        databases.make_template()
        yield
        databases.drop_template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of all tests that roll back."""
    with django_db_blocker.unblock(), databases.fresh_database(f"test_wisely_{os.getpid()}"):
        yield


@pytest.fixture
def committed(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of one's own, for tests that commit: threads, streams, other processes, the owner's work."""
    with django_db_blocker.unblock(), databases.fresh_database(f"test_wisely_{os.getpid()}_committed"):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return create_cast()


@pytest.fixture
def committed_cast(committed: None) -> Cast:
    return create_cast()


@pytest.fixture
def alice(cast: Cast) -> Client:
    return sign_in(cast.alice)


@pytest.fixture
def events() -> Callable[..., list[LoginEvent]]:
    """``events(tenant, **conditions)``: the record of a tenant, or (None) of no tenant, oldest first."""

    def read(tenant: Tenant | None, **conditions: Any) -> list[LoginEvent]:
        with acting_as(support=True):
            record = LoginEvent.objects.filter(tenant_id=tenant.pk if tenant else NO_TENANT, **conditions)
            return list(record.order_by("id"))

    return read
