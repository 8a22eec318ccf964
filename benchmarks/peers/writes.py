"""A peer as a candidate of ``benchmarks.writes``: its own middleware around the writes, as around a view."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import django
from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string

from benchmarks.measured.writes import Writes
from benchmarks.runner import Done, take_part

from .database import own_database

OF_DJANGO = 2  # the first ones: sessions and authentication


def main() -> None:
    from django.contrib.auth.models import User
    from django.test import RequestFactory

    models = import_string(f"benchmarks.peers.{settings.PEER}.models")
    with own_database():
        alice = User.objects.create(username="alice@acme.example")
        tenant = models.Tenant.objects.create(name="Acme")
        number = models.Number.objects.create(tenant=tenant, number="+14155550100", display_name="Acme")
        numbers = count(1)

        def new() -> Any:
            each = next(numbers)
            link = models.MessageLink(tenant=tenant, number=number, name=f"Link {each}", text="Hello")
            link.code = f"{each:022}"
            return link

        def request(work: Callable[[], Done]) -> Done:
            done: list[Done] = []

            def view(_: Any) -> HttpResponse:
                done.append(work())
                return HttpResponse()

            for middleware in reversed(settings.MIDDLEWARE[OF_DJANGO:]):
                view = import_string(middleware)(view)
            post = RequestFactory(REMOTE_ADDR="192.0.2.7").post("/")
            post.user = alice
            view(post)
            return done[0]

        def recorded() -> int:
            return models.EVENTS._default_manager.count() if models.EVENTS else 0

        take_part(Writes(new, recorded, request, getattr(models, "bulk_create", None)).operations())


if __name__ == "__main__":
    django.setup()
    main()
