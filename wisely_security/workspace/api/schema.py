"""What other services may report, as JSON Schema (2020-12): the same text describes a batch to them and validates it.

Where JSON Schema's own message would not help, the ``description`` beside the rule is the message.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from audit_trail.recording.recorder import LONGEST_REASON
from audit_trail.registry import Action, actions
from audit_trail.triggers.display_values import LONGEST_TEXT
from audit_trail.vocabulary import Code, Status
from wisely_security.core.text.characters import NOT_IN_A_LINE, NOT_IN_LINES

from ..modules.retention import MODULE as RECORDS

MOST_EVENTS = 1000
MOST_CHANGES = 100
MOST_MEMBERS = 200
MOST_ERRORS = 20
LONGEST_NAME = 200
LONGEST_KEY = 100

PLACE = "#/components/schemas/"
SAID_BY_DESCRIPTION = {"anyOf", "oneOf", "format", "not", "pattern"}

Schema = dict[str, Any]


def _line(longest: int) -> Schema:
    """The rule of the forms: ``validate_one_line``."""
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": longest,
        "pattern": f"^[^{NOT_IN_A_LINE}]*$",
        "not": {"pattern": r"^\s+$"},
        "description": "One line of visible text, without control characters, line breaks, direction overrides (such "
        "as U+202E), invisible characters, noncharacters or private-use characters. White space is collapsed to single "
        "spaces and trimmed.",
    }


def _lines(longest: int) -> Schema:
    """The rule of the forms: ``validate_lines``."""
    return {
        "type": "string",
        "maxLength": longest,
        "pattern": f"^[^{NOT_IN_LINES}]*$",
        "description": "Text whose lines end in a line feed, without other control characters except tabs, direction "
        "overrides (such as U+202E) or noncharacters.",
    }


def _key(description: str) -> Schema:
    return {
        "type": "string",
        "maxLength": LONGEST_KEY,
        "pattern": "^[a-z][a-z0-9_]*$",
        "description": f"{description} Lower-case letters, digits and underscores.",
    }


def _object(required: list[str], properties: Schema, **more: Any) -> Schema:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
        **more,
    }


@cache
def schemas() -> Schema:
    return {
        "Batch": _object(
            ["events"],
            {
                "events": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_EVENTS,
                    "items": {"$ref": PLACE + "Event"},
                    "description": "All events are recorded, in this order, or none.",
                }
            },
        ),
        "Event": _event(),
        "Resource": _object(
            ["name"],
            {
                "type": _key("The kind of record."),
                "id": {"type": "string", "format": "uuid", "description": "A UUID, written with hyphens."},
                "name": _line(LONGEST_NAME),
            },
            description="The record that the action was about, under a name that people know.",
        ),
        "Change": _object(
            ["field", "label"],
            {
                "field": _key("The field."),
                "label": _line(LONGEST_KEY),
                "before": _lines(LONGEST_TEXT),
                "after": _lines(LONGEST_TEXT),
                "added": _members(),
                "removed": _members(),
                "masked": {"const": True},
            },
            oneOf=[_any_of("before", "after"), _any_of("added", "removed"), _any_of("masked")],
            dependentRequired={"added": ["removed"], "removed": ["added"]},
            description="A change has before, after or both; or added and removed; or masked.",
        ),
    }


def _actions() -> list[Action]:
    """What a service may report. Actions on the records themselves are recorded by their commands."""
    return [action for action in actions() if action.module is not RECORDS]


def _event() -> Schema:
    why = ["reason_code", "reason"]
    return _object(
        ["module", "action", "status", "resource"],
        {
            "module": {"enum": list(dict.fromkeys(action.module.key for action in _actions()))},
            "sub_module": {
                "enum": list(dict.fromkeys(action.sub_module for action in _actions())),
                "description": "If left out: the module's own kind of record.",
            },
            "action": {"enum": list(dict.fromkeys(action.key for action in _actions()))},
            "status": {"enum": list(Status.values)},
            "reason_code": {"enum": list(Code.values)},
            "reason": _line(LONGEST_REASON),
            "resource": {"$ref": PLACE + "Resource"},
            "changes": {"type": "array", "maxItems": MOST_CHANGES, "items": {"$ref": PLACE + "Change"}},
        },
        description="This combination of module, sub_module and action is not listed.",
        anyOf=list(_areas()),
        **{
            "if": {"properties": {"status": {"const": Status.FAILURE.value}}, "required": ["status"]},
            "then": {"required": why},
            "else": {
                "not": _any_of(*why),
                "description": "A success has no reason and no reason_code.",
            },
        },
    )


def _areas() -> Iterator[Schema]:
    """Each sub-module with its actions."""
    for _, found in itertools.groupby(sorted(_actions(), key=_area), key=_area):
        known = list(found)
        action = known[0]
        yield {
            "title": f"{action.module.label}, {action.sub_module_label}",
            "description": " ".join(f"{each.key}: {each.meaning}" for each in known),
            "properties": {
                "module": {"const": action.module.key},
                "sub_module": {"const": action.sub_module},
                "action": {"enum": [each.key for each in known]},
            },
            "required": [] if action.sub_module == action.module.record[0] else ["sub_module"],
        }


def _area(action: Action) -> tuple[str, str]:
    return action.module.key, action.sub_module


def _any_of(*names: str) -> Schema:
    return {"anyOf": [{"required": [name]} for name in names]}


def _members() -> Schema:
    return {"type": "array", "maxItems": MOST_MEMBERS, "items": _line(LONGEST_NAME)}


@cache
def _root() -> Schema:
    return {"$ref": PLACE + "Batch", "components": {"schemas": schemas()}}


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_root(), mask="This", validate_formats=True)


def errors_of(batch: Any) -> list[tuple[str, str]]:
    """Where, as a JSON pointer, and what is wrong there; the first ones. The values sent are not repeated."""
    found = itertools.islice(_validator().iter_errors(batch), MOST_ERRORS)
    return [(_pointer(error.instance_path), _message(error)) for error in found]


def _message(error: jsonschema_rs.ValidationError) -> str:
    *place, keyword = error.schema_path
    if keyword not in SAID_BY_DESCRIPTION:
        return error.message
    rule: Any = _root()
    for step in place:
        rule = rule[step]
    return str(rule["description"])


def _pointer(path: list[str | int]) -> str:
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
