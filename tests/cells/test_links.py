"""Pages that a key in their path opens lead on to such pages of their own cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.findings.making import new_country
from tests.support.cast import sign_in
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.findings.models import Question
from wisely_security.findings.notifications.questions import make_token
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in.links import make_link
from wisely_security.tenancy.views.cells.brought import OPENED_BY_KEY
from wisely_security.workspace.modules.waba_numbers import MessageLink

from .conftest import EU, Cells

SITE, PREFIX = "https://security.wisely.example", f"/~{EU}"
Paths = dict[str, str]


@pytest.fixture
def paths(cells: Cells) -> Iterator[Paths]:
    """Of pages in eu-1, by what they are."""
    umbrella, uma = cells.eu.umbrella, cells.eu.uma
    with in_cell(EU):
        with acting_as(tenant_id=umbrella.pk):
            new = User(tenant=umbrella, role=cells.eu.ulf.role, email="new@umbrella.example", name="New")
            new.set_unusable_password()
            new.save()
        due = {"event_id": uma.pk, "expires_at": timezone.now() + timedelta(days=1)}
        finding = new_country(uma)
        with acting_as(tenant_id=umbrella.pk):
            question = Question.objects.create(tenant=umbrella, user=uma, finding=finding, **due)
        asked = {answer: reverse("was_this_you", args=[make_token(question), answer]) for answer in ("yes", "no")}
        link = make(MessageLink, umbrella)
        yield {
            "invitation": make_link("accept_invitation", new).removeprefix(SITE),
            "new password": make_link("password_reset_confirm", uma).removeprefix(SITE),
            "yes": PREFIX + asked["yes"],
            "no": PREFIX + asked["no"],
            "short link": reverse("message_links_record", args=[link.pk]),
        }


@pytest.mark.parametrize("name", ["invitation", "new password", "yes", "no", "short link"])
def test_each_leads_on_in_its_cell(cells: Cells, paths: Paths, name: str) -> None:
    client = sign_in(cells.eu.uma if name == "short link" else cells.eu.ulf)
    page = client.get(paths[name])
    assert page.status_code == 200
    values = re.findall(r'(?:href|action|value)="([^"]+)"', page.content.decode())
    on = [value for value in values if OPENED_BY_KEY.fullmatch(value.removeprefix(PREFIX))]
    assert on and all(value.startswith(PREFIX) for value in on), on
    for value in on:
        assert Client().get(value).status_code in {200, 302}, value
