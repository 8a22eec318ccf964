"""The same writes in other contexts: transactions that end differently, threads, coroutines, commands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from threading import Thread
from uuid import uuid4

from asgiref.sync import async_to_sync
from django.core.management import BaseCommand, call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory

from wisely_security.core.request_context import Actor, acting_as, current, using

from .subject import Steps, Subject, Undo, path


@path("savepoint rolled back", leaves_a_trace=False)
def savepoint_rolled_back(it: Subject) -> Steps:
    record = it.make()
    yield
    with transaction.atomic(), suppress(Undo), transaction.atomic():
        it.of(record).update(**{it.field: it.value})
        raise Undo
    return None


@path("transaction rolled back", leaves_a_trace=False)
def transaction_rolled_back(it: Subject) -> Steps:
    record = it.make()
    yield
    with suppress(Undo), transaction.atomic():
        it.of(record).update(**{it.field: it.value})
        raise Undo
    return None


@path("update after a savepoint was rolled back")
def after_a_savepoint(it: Subject) -> Steps:
    record = it.make()
    yield
    with transaction.atomic():
        with suppress(Undo), transaction.atomic():
            it.of(record).update(**{it.field: it.value})
            raise Undo
        it.of(record).update(**{it.field: it.value})
    return None


@path("a thread")
def thread(it: Subject) -> Steps:
    record = it.make()
    context = copy_context()

    def work() -> None:
        it.of(record).update(**{it.field: it.value})
        connection.close()

    yield
    worker = Thread(target=context.run, args=[work])
    worker.start()
    worker.join()
    return None


@path("a thread that acts for somebody else, on a connection used before")
def somebody_else(it: Subject) -> Steps:
    record = it.make()
    other = Actor(id=uuid4(), name="Olga Other", email="olga@made.example", tenant_id=None, tenant_name="Support")
    yield
    with using(replace(current(), actor=other)):
        it.of(record).update(**{it.field: it.value})
    return "person", "Olga Other (Support)"


@path("an async view")
def async_view(it: Subject) -> Steps:
    record = it.make()

    async def view(request: HttpRequest) -> HttpResponse:
        await it.of(record).aupdate(**{it.field: it.value})
        return HttpResponse()

    def serve() -> None:
        try:
            async_to_sync(view)(AsyncRequestFactory().post("/"))
        finally:
            connection.close()

    yield
    context = copy_context()
    with ThreadPoolExecutor(1) as server:  # Playwright keeps a loop running in the thread of the tests
        server.submit(context.run, serve).result()
    return None


@path("a management command")
def command(it: Subject) -> Steps:
    record = it.make()
    scope = current()

    class Command(BaseCommand):
        def handle(self, **_: object) -> None:
            with acting_as(tenant_id=scope.tenant_id, support=scope.support):
                it.of(record).update(**{it.field: it.value})

    yield
    with using(replace(scope, actor=None)):
        call_command(Command())
    return "system", "System"
