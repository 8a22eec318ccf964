from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit_trail.registry import all_audited, audited_as
from audit_trail.triggers.installation import sql_of


class Command(BaseCommand):
    help = "Prints the triggers that record the changes of a model, with their functions, as migrate installs them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", help="as app.Model")

    def handle(self, *, model: str, **options: Any) -> None:
        try:
            audited = audited_as(apps.get_model(model))
        except (LookupError, ValueError):
            audited = None
        if audited is None:
            names = ", ".join(sorted(each.model._meta.label for each in all_audited()))
            raise CommandError(f"{model} is not an audited model. There are: {names}.")
        self.stdout.write(sql_of(audited), ending="")
