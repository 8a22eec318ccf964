#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL it starts, or joins, the embedded PostgreSQL."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
    from wisely_security.database.embedded import EmbeddedPostgresError, provide

    try:
        provide(os.environ)
    except EmbeddedPostgresError as error:
        sys.exit(str(error))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
