from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.template import Context, Template
from django.test import Client
from django.test.signals import template_rendered
from django.utils.safestring import SafeString
from pytest_django import DjangoDbBlocker

from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports.chart import totals
from wisely_security.reports.pages import reading
from wisely_security.tenancy.models import Tenant

from .support import databases
from .support.cast import Cast, create_cast, sign_in

HERE = Path(__file__).parent
NEEDS = {
    "browser": "browser",
    "cells": "servers",
    "devserver": "servers",
    "machines": "servers",
}  # all tests of a folder


# How fast examples are made and tried depends on the machine. Examples of one test share its database.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    if marker := NEEDS.get(item.path.relative_to(HERE).parts[0]):
        item.add_marker(marker)
    if (database := item.get_closest_marker("django_db")) and database.kwargs.get("transaction"):
        raise pytest.UsageError(f"{item.nodeid} would leave its rows to others: use committed or committed_cast.")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; otherwise the order stays as random as it was."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What has been loaded stays: searching it for garbage takes a twentieth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def time_enough() -> Iterator[None]:
    """Searches are not aborted on a busy machine. Tests of the limits set them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "LONGEST_SEARCH_SECONDS", 600)
        patch.setattr(totals, "LONGEST_COUNT_SECONDS", 600)
        yield


def _render_noting_pages(template: Template, context: Context) -> SafeString:
    if context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages(django_test_environment: None) -> Iterator[None]:
    """``response.context`` is of the page. Django would also copy that of each template which a page includes, a
    thousand for the time zones: a quarter of the time of such a page, a twentieth of others'."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _render_noting_pages)
        yield


@pytest.fixture(autouse=True)
def no_database_unasked(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that names no database would leave its rows to others."""
    if "template_database" in request.fixturenames or request.node.get_closest_marker("django_db"):
        yield
    else:
        with django_db_blocker.block():
            yield


@pytest.fixture(scope="session")
def template_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        databases.make_template()
        yield
        databases.drop_template()


@pytest.fixture(scope="session")
def everybody(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The cast in a template of their own: they are made once."""
    with django_db_blocker.unblock(), databases.kept_database(databases.WITH_CAST):
        with databases.using_database(databases.WITH_CAST):
            people = create_cast()
        yield people


@pytest.fixture(scope="session")
def django_db_setup(everybody: Cast, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of all tests that roll back."""
    name = f"test_wisely_{os.getpid()}"
    with django_db_blocker.unblock(), databases.fresh_database(name, databases.WITH_CAST):
        yield


@pytest.fixture
def committed(request: pytest.FixtureRequest, everybody: Cast, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for one test that commits: threads, streams, other processes, the owner's work."""
    like = databases.WITH_CAST if "committed_cast" in request.fixturenames else databases.TEMPLATE
    with django_db_blocker.unblock(), databases.fresh_database(f"test_wisely_{os.getpid()}_committed", like):
        yield


@pytest.fixture
def cast(db: None, everybody: Cast) -> Cast:
    return deepcopy(everybody)


@pytest.fixture
def committed_cast(committed: None, everybody: Cast) -> Cast:
    return deepcopy(everybody)


@pytest.fixture
def alice(cast: Cast) -> Client:
    return sign_in(cast.alice)


@pytest.fixture
def sealing(settings: Any, tmp_path: Path) -> Path:
    """Logs are signed, and checkpoints kept in this folder."""
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.LOG_ORIGIN = "security.example"
    return tmp_path / "checkpoints"


@pytest.fixture
def events() -> Callable[..., list[LoginEvent]]:
    """``events(tenant, **conditions)``: the record of a tenant, or (None) of no tenant, oldest first."""

    def read(tenant: Tenant | None, **conditions: Any) -> list[LoginEvent]:
        with acting_as(support=True):
            record = LoginEvent.objects.filter(tenant_id=tenant.pk if tenant else NO_TENANT, **conditions)
            return list(record.order_by("id"))

    return read
