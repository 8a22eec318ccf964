"""docs/using/api.md and the API agree."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from tests.support.cast import Cast
from wisely_security.workspace.api.models import KEPT_FOR
from wisely_security.workspace.api.problems import ALL
from wisely_security.workspace.api.reading import VISIBLE
from wisely_security.workspace.api.schema import MOST_EVENTS

from .calls import Caller, reported

DOCUMENT = (Path(settings.BASE_DIR) / "docs" / "using" / "api.md").read_text()


def test_the_example_works_as_it_stands(cast: Cast, billing: Caller) -> None:
    [command] = re.findall(r"^```sh\n(curl .*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    _, url, *options = shlex.split(command.replace("\\\n", " ").replace("$API_KEY", billing.key))
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ") for option, value in given if option == "--header")
    [body] = [value for option, value in given if option == "--data"]
    content_type = headers.pop("Content-Type")
    response = Client().post(urlsplit(url).path, body, content_type=content_type, headers=headers)
    assert response.status_code == 201, response.content
    assert [(each.action, each.status) for each in reported(cast.acme)] == [
        ("edit", "success"),
        ("approve_reject", "failure"),
    ]
    [shown] = re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert [set(each) for each in json.loads(shown)["events"]] == [set(each) for each in response.json()["events"]]


def test_every_problem_is_in_the_table_with_its_status() -> None:
    rows = dict(re.findall(r"^\| (\d{3}) \| (.*) \|$", DOCUMENT, re.MULTILINE))
    for problem in ALL:
        assert f"`{problem.code}`" in rows[str(problem.status.value)]


def test_the_stated_limits_are_true() -> None:
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes" in " ".join(DOCUMENT.split())
    assert f"1 to {MOST_EVENTS:,} events" in DOCUMENT
    assert f"kept for {KEPT_FOR.days} days" in DOCUMENT
    assert ("1 to 255" in DOCUMENT, "{1,255}" in VISIBLE) == (True, True)


def test_every_problem_has_a_code_of_its_own() -> None:
    assert len({problem.code for problem in ALL}) == len(ALL)
