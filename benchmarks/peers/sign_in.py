"""A peer as a candidate of ``benchmarks.sign_in``: Django's own sign-in page with the peer installed."""

from __future__ import annotations

import logging

import django

from benchmarks.runner import take_part

from .database import own_database


def main() -> None:
    from django.contrib.auth.models import User

    from benchmarks.measured.sign_in import PASSWORD, USERNAME, operations

    logging.disable(logging.CRITICAL)
    with own_database():
        User.objects.create_user(USERNAME, password=PASSWORD)
        take_part(operations(lambda: None))


if __name__ == "__main__":
    django.setup()
    main()
