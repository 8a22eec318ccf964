"""The labels of the keys that events hold, and choices of them."""

from __future__ import annotations

from functools import cache

from wisely_security.core.text.folding import sort_key

from ..registry import actions, modules

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
    return sorted({each.key: each.label for each in actions()}.items(), key=lambda choice: sort_key(choice[1]))


def module(key: str) -> str:
    """The label; the key itself if it is no longer declared."""
    return _modules().get(key, key)


def sub_module(key: str) -> str:
    return _sub_modules().get(key, key)


def action(key: str) -> str:
    return _actions().get(key, key)


# All declarations are complete before events are read.
_modules = cache(lambda: dict(module_choices()))
_sub_modules = cache(lambda: dict(sub_module_choices()))
_actions = cache(lambda: dict(action_choices()))
