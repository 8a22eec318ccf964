"""This project as a candidate of ``benchmarks.sign_in``. With "off" it has neither receivers nor lock-out, with
"without-findings" no tables of findings."""

from __future__ import annotations

import logging
import os
import sys

import django

from ..runner import take_part


def main(without: str) -> None:
    from django.conf import settings
    from django.db import connections

    from tests.support.cast import create_cast
    from tests.support.databases import drop_template, fresh_database, make_template

    from .sign_in import operations

    logging.disable(logging.CRITICAL)
    settings.LOCKOUT_FAILURES_PER_ADDRESS = 10**9
    make_template()
    with fresh_database(f"bench_sign_in_{os.getpid()}"):
        create_cast()
        if without == "off":
            _switch_off()
        elif without == "without-findings":
            _drop_findings()

        def forget() -> None:
            with connections["owner"].cursor() as cursor:
                cursor.execute("DELETE FROM login_activity_guess; DELETE FROM login_activity_admitted")

        take_part(operations(forget))
    drop_template()


def _switch_off() -> None:
    from django.conf import settings
    from django.contrib.auth import signals

    for signal in (signals.user_logged_in, signals.user_login_failed):
        assert signal.disconnect(dispatch_uid="login_activity")
    settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[1:]


def _drop_findings() -> None:
    from django.apps import apps
    from django.db import connections

    tables = [model._meta.db_table for model in apps.get_app_config("findings").get_models()]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP TABLE findings_event, findings_memory, {', '.join(tables)} CASCADE")


if __name__ == "__main__":
    django.setup()
    main("".join(sys.argv[1:]))
