"""``manage.py check``: a field of login events that nobody gives a value."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from wisely_security.ledger.models import Event

from .models import LoginEvent
from .sign_ins.recorder import event_values
from .vocabulary import Action


@register(Tags.models)
def the_recorder_writes_each_field(**_: Any) -> list[CheckMessage]:
    own = {field.attname for field in LoginEvent._meta.concrete_fields} - {f.attname for f in Event._meta.fields}
    return [
        Error(
            f"{LoginEvent._meta.label}.{name} is never recorded: each event would have the column’s default.",
            hint="Add its value to event_values in login_activity/sign_ins/recorder.py.",
            id="login_activity.E001",
        )
        for name in sorted(own - event_values(Action.LOG_IN, None, None).keys())
    ]
