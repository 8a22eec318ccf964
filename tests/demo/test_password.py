"""The demo's password."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from login_activity.vocabulary import Reason
from tests.support.cast import Cast
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD

from .seeding import SIGN_IN, all_events


@pytest.mark.parametrize("path", [SIGN_IN, "/admin/login/"])
def test_the_demo_password_opens_nothing_in_production(changing: None, settings: Settings, path: str) -> None:
    visitor = {"username": "dana@wisely.example", "password": DEMO_PASSWORD}
    assert Client().post(path, visitor).status_code == 302
    settings.DEVELOPMENT = False
    response = Client().post(path, visitor)
    assert response.status_code != 302
    assert "is incorrect" in response.content.decode()
    assert all_events()[-1].reason == Reason.WRONG_PASSWORD


def test_another_password_is_right_in_production(cast: Cast, settings: Settings) -> None:
    settings.DEVELOPMENT = False
    response = Client().post(SIGN_IN, {"username": cast.alice.email, "password": "correct horse battery"})
    assert response.status_code == 302


@pytest.mark.parametrize("development", [True, False])
@pytest.mark.parametrize("password", [DEMO_PASSWORD, "Wisely-Demo", f" {DEMO_PASSWORD} "])
def test_nobody_can_choose_the_demo_password(settings: Settings, development: bool, password: str) -> None:
    settings.DEVELOPMENT = development
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "demo_password" in {error.code for error in refused.value.error_list}
