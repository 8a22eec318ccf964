"""From the keys that events hold to the labels that people read, and back into lists of choices."""

from __future__ import annotations

from .registry import actions, modules

Choices = list[tuple[str, str]]


def module_choices() -> Choices:
    return [(each.key, each.label) for each in modules()]


def sub_module_choices() -> Choices:
    return list({each.sub_module: each.sub_module_label for each in actions()}.items())


def sub_modules_by_module() -> list[tuple[str, Choices]]:
    """The sub-modules, grouped by the module that they belong to."""
    return [
        (
            module.label,
            list({each.sub_module: each.sub_module_label for each in actions() if each.module is module}.items()),
        )
        for module in modules()
    ]


def action_choices() -> Choices:
    return sorted({each.key: each.label for each in actions()}.items(), key=lambda choice: choice[1])


def module(key: str) -> str:
    """The label; the key itself where it is of another time."""
    return dict(module_choices()).get(key, key)


def sub_module(key: str) -> str:
    return dict(sub_module_choices()).get(key, key)


def action(key: str) -> str:
    return dict(action_choices()).get(key, key)
