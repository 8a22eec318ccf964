"""The text of docs/reference/generated.md."""

from __future__ import annotations

from argparse import Action as Argument
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from audit_trail import registry
from audit_trail.report.tables import AuditTrailTable
from audit_trail.vocabulary import ActorKind, Code
from login_activity import vocabulary as login_activity
from login_activity.report.tables import LoginActivityTable
from wisely_security.reports.table.columns import ReportTable
from wisely_security.tenancy import permissions
from wisely_security.tenancy.models import Edition
from wisely_security.tenancy.models.role import BUILT_IN_ROLES

from .checks import CHECKS
from .environment import VARIABLES

PATH = Path(settings.BASE_DIR) / "docs" / "reference" / "generated.md"
OURS = ("wisely_security", "login_activity", "audit_trail")
COMMAND = "DEBUG=1 .venv/bin/python manage.py write_reference"

COLUMNS = ("column", "where", "section of an event’s details", "filter")

BEGINNING = f"""# Reference

Lists of everything that has a name, written from the code. Don't edit this file: change the code, then run

    {COMMAND}
"""


def text() -> str:
    import_module(settings.ROOT_URLCONF)  # pages declare permissions
    return "\n".join([BEGINNING, *_sections()])


def _sections() -> Iterator[str]:
    yield from _section("Environment variables", _environment(), "name", "meaning", "default")
    yield from _section("Management commands", _commands(), "command", "what it does", "arguments")
    yield from _section("Permissions", _permissions(), "group", "permission", "key", "built-in roles that have it")
    yield from _section(
        "Actions of the Audit Trail", _actions(), "module", "sub-module", "action", "key", "what happened"
    )
    yield from _section("Actors of the Audit Trail", ActorKind.choices, "key", "shown as")
    yield from _section("Reason codes of the Audit Trail", Code.choices, "key", "meaning")
    yield from _section("Actions of Login Activity", login_activity.Action.choices, "key", "shown as")
    yield from _section("Reasons of Login Activity", login_activity.Reason.choices, "key", "shown as")
    yield from _section("Columns of Login Activity", _columns(LoginActivityTable), *COLUMNS)
    yield from _section("Columns of the Audit Trail", _columns(AuditTrailTable), *COLUMNS)
    yield from _section("System checks", CHECKS.items(), "number", "what is wrong")


def _section(title: str, rows: Iterable[Iterable[str]], *header: str) -> list[str]:
    keys = {index for index, name in enumerate(header) if name in {"name", "command", "key", "number"}}
    lines = [_row(f"`{cell}`" if index in keys else cell for index, cell in enumerate(row)) for row in rows]
    return [f"## {title}", "", _row(header), _row("---" for _ in header), *lines, ""]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _environment() -> Iterable[Iterable[str]]:
    return VARIABLES


def _commands() -> Iterator[tuple[str, str, str]]:
    common = {argument.dest for argument in _arguments(BaseCommand(), "")}
    ours = {config.name for config in apps.get_app_configs() if config.name.startswith(OURS)}
    for name, app in sorted(get_commands().items()):
        if app in ours and name != "migrate":  # Django's own, which ends with the checks of rights
            command = load_command_class(str(app), name)
            listed = [_argument(each) for each in _arguments(command, name) if each.dest not in common]
            yield name, " ".join(command.help.split()), "<br>".join(listed)


def _arguments(command: BaseCommand, name: str) -> list[Argument]:
    return command.create_parser("manage.py", name)._actions


def _argument(argument: Argument) -> str:
    shown = argument.option_strings[0] if argument.option_strings else argument.dest
    return f"`{shown}`: {' '.join((argument.help or '').split())}"


def _permissions() -> Iterator[tuple[str, str, str, str]]:
    for each in sorted(permissions.all_permissions(), key=lambda each: (each.group, each.key)):
        editions = [edition for edition in Edition if each.only_in in {"", edition.value}]
        roles = [
            f"{label} ({edition.label})"
            for edition in editions
            for key, label in BUILT_IN_ROLES[edition].items()
            if key in each.granted_to
        ]
        yield each.group, each.label, each.key, ", ".join(roles)


def _actions() -> Iterator[tuple[str, str, str, str, str]]:
    for each in registry.actions():
        yield each.module.label, each.sub_module_label, each.label, ".".join(each.name), each.meaning


def _columns(table: type[ReportTable]) -> Iterator[tuple[str, str, str, str]]:
    for column in table.columns_of():
        yield column.label, column.shown.value, column.section or "", column.name if column.filter else ""
