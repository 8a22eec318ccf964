"""What ``manage.py check`` says of a field that nobody records."""

from __future__ import annotations

from typing import Any

import pytest

from login_activity import checks
from login_activity.sign_ins.recorder import event_values


def test_a_field_without_a_value_in_the_recorder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.the_recorder_writes_each_field() == []
    complete = event_values

    def without_place(*args: Any) -> dict[str, Any]:
        return {name: value for name, value in complete(*args).items() if name != "place"}

    monkeypatch.setattr(checks, "event_values", without_place)
    [error] = checks.the_recorder_writes_each_field()
    assert error.id == "login_activity.E001"
    assert error.msg.startswith("login_activity.LoginEvent.place is never recorded")
    assert error.hint == "Add its value to event_values in login_activity/sign_ins/recorder.py."
