#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL it starts, or joins, the embedded PostgreSQL, for development."""

import importlib.util
import os
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent / ".venv"
FOR_DEVELOPMENT = {"serve", "seed_demo", "demo_tamper"}


def main() -> None:
    if importlib.util.find_spec("django") is None and (python := ENVIRONMENT / "bin" / "python").exists():
        os.execv(python, [str(python), *sys.argv])  # noqa: S606  # nosec B606
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
    from wisely_security.devserver.embedded import EmbeddedPostgresError, provide

    if not os.environ.get("DATABASE_URL"):
        os.environ.setdefault("DEBUG", "1")
    try:
        provide(os.environ)
    except EmbeddedPostgresError as error:
        sys.exit(str(error))

    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        if not settings.DEVELOPMENT and (command := "".join(sys.argv[1:2])) in FOR_DEVELOPMENT:
            sys.exit(
                f"manage.py {command} is for development: set DEBUG=1. "
                "For production, see docs/operating/operations.md."
            )
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database could not be used: {error}")


if __name__ == "__main__":
    main()
