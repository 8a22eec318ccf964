from __future__ import annotations

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wisely_security.tenancy.sign_in.breached_passwords import BUNDLED, write


class Command(BaseCommand):
    help = (
        "Make the list of passwords that nobody can choose, from text files with one password a line. Those shorter "
        "than ten characters are left out."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lists", nargs="+", type=Path, metavar="list")
        parser.add_argument("--output", type=Path, default=BUNDLED, help="Default: the list that comes with the site.")

    def handle(self, *args: Any, lists: list[Path], output: Path, **options: Any) -> None:
        try:
            lines = chain.from_iterable(file.read_text(errors="ignore").splitlines() for file in lists)
            number = write(lines, output)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
        self.stdout.write(f"{number:,} passwords, {output.stat().st_size:,} bytes: {output}")
