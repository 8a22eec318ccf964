from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wisely_security.ledger.archive.check.offline import verify_file
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.archive.files.parquet import Reader
from wisely_security.ledger.months.partitions import event_models
from wisely_security.ledger.sealing.keys import PublicKeys, SigningKeyError, parse_public_key, signing_keys
from wisely_security.progress import progress


class Command(BaseCommand):
    help = (
        "Verifies the file of an archive without the database: its events lead to checkpoints that the key of the logs "
        "has signed, and that are among those that you have kept. Fails if not (docs/operating/retention.md)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a .parquet file")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="FOLDER", help="a copy of CHECKPOINT_DIR that was kept elsewhere"
        )
        parser.add_argument(
            "--key",
            action="append",
            metavar="KEY",
            help="a public key of the logs, as vkey or in base64; may be repeated",
        )

    def handle(self, *, file: Path, checkpoints: Path | None, key: list[str] | None, **options: Any) -> None:
        try:
            keys = PublicKeys(tuple(map(parse_public_key, key))) if key else signing_keys()
            reader = Reader(file)
            [model] = [each for each in event_models() if each._meta.app_label == reader.about.get("record")]
            with progress(reader.number, title=file.name) as bar:
                found = list(verify_file(reader, model, keys, checkpoints, bar.update))
        except (ArchiveError, SigningKeyError, OSError) as error:
            raise CommandError(str(error)) from error
        except ValueError as error:
            raise CommandError(f"{file.name} is of no record of this platform.") from error
        wrong = [each for each in found if each.wrong]
        for each in wrong:
            self.stdout.write(f"Tenant {each.tenant_id}: {each.wrong}")
        events, erased = sum(each.events for each in found), sum(each.erased for each in found)
        besides = f", {erased:,} of them without what was erased of a person" if erased else ""
        self.stdout.write(f"{events:,} events of {len(found):,} tenants{besides}.")
        if wrong:
            raise CommandError(f"Not everything is as it was sealed: {len(wrong):,} of {len(found):,} tenants.")
        self.stdout.write("Every event leads to a signed checkpoint.")
