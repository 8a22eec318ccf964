"""The query string of both records, on the page, its chart and its download: invalid values are refused.

Refused alike by all three, with a message that helps, and with nothing shown, handed over or recorded as viewed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client

from audit_trail.report.filters import AuditTrailFilterSet
from login_activity.models import LoginEvent
from login_activity.report.filters import LoginActivityFilterSet
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import read_csv
from tests.support.records import append_many
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.many import Chosen
from wisely_security.reports.filtering.parameters import a, choose
from wisely_security.reports.filtering.periods import Preset

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
RECORDS: dict[str, type[ReportFilterSet]] = {LOGIN_ACTIVITY: LoginActivityFilterSet, AUDIT_TRAIL: AuditTrailFilterSet}
VIEWS = ["", "chart/", "download/"]
FILTERS = [(path, name) for path, filters in RECORDS.items() for name in filters.base_filters]
# The name of a value of each filter, and its advice.
EXPECTS = {
    "period": ("a period", f"Choose {', '.join(Preset.labels[:-1])} or Custom dates."),
    "from": ("a date", "Enter it as YYYY-MM-DD."),
    "to": ("a date", "Enter it as YYYY-MM-DD."),
    "from_time": ("a time", "Enter it as HH:MM."),
    "to_time": ("a time", "Enter it as HH:MM."),
    "user": ("a user", "Choose one from the list, or enter an e-mail address or an ID."),
    "actor": ("an actor", "Choose one from the list, or enter an e-mail address or an ID."),
    "status": ("a status", "Choose Success or Failure."),
    "action": ("an action", "Choose one from the list."),  # of the Audit Trail
    "device": ("a device", "Choose one from the list."),
    "country": ("a country", "Choose one from the list."),
    "module": ("a module", "Choose one from the list."),
    "sub_module": ("a sub-module", "Choose one from the list."),
    "finding": ("a finding", "Choose one from the list."),
    "record": ("a record ID", "Copy it from an event's details."),
    "request": ("a request ID", "Copy it from an event's details."),
}
WRONG = {
    "a word": ("banana", "banana"),
    "a quote and a tag": ("'\"<b>", "'\"<b>"),
    "a NUL": ("ban\0ana", "ban�ana"),
    "a control character": ("ban\x1b[1mana", "ban�[1mana"),
    "a direction override": ("ban\u202eana", "ban�ana"),
    "far too long": ("x" * 3_000, "x" * 40 + "…"),
    "all but empty": ("\N{ZERO WIDTH SPACE}", "�"),
    "bytes that are no text": (b"\xff\xfe", "��"),
    "a wildcard": ("%", "%"),
    "all": ("*", "*"),
}
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def unrecorded(alice: Client, cast: Cast, events: Events) -> Iterator[None]:
    """Within the block no view or download is recorded."""
    before = events(cast.acme)
    yield
    assert events(cast.acme) == before


def text_of(client: Client, path: str, query: object, **headers: str) -> tuple[int, str]:
    response = client.get(f"{path}?{urlencode(query, doseq=True)}", headers=headers)  # type: ignore[arg-type]
    if response.streaming:
        response.getvalue()  # an unread download holds its slot
        return response.status_code, ""
    return response.status_code, unescape(response.content.decode())


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, name in FILTERS if name != "q"])
def test_an_invalid_value(alice: Client, path: str, name: str, unrecorded: None) -> None:
    of_column = str(RECORDS[path].base_filters[name].label).lower()
    choices = RECORDS[path](QueryDict()).form.fields[name]
    what, advice = EXPECTS.get(name) or (a(of_column), choose(list(choices.labels().values())))
    for value, shown in WRONG.values():
        filters = RECORDS[path](QueryDict(urlencode({name: value})))
        assert filters.form.errors == {name: [f'"{shown}" isn\'t {what}. {advice}']}
    for view in VIEWS:
        status, text = text_of(alice, path + view, {name: "ban\0ana", "q": "kept"})
        assert status == 400
        assert text.count(f'"ban�ana" isn\'t {what}. {advice}') == 1


@pytest.mark.parametrize("path", RECORDS)
def test_other_parameters(alice: Client, path: str, unrecorded: None) -> None:
    for query, message in [
        ({"q": "a\0b"}, "Null characters are not allowed."),
        ({"q": "x" * 3_000}, "Enter at most 200 characters."),
        ({"from": "2026-11-20", "to": "2026-11-01"}, '"To" must be on or after "From".'),
        ({"period": "custom", "from": "2026-11-20", "to": "2026-11-19"}, '"To" must be on or after "From".'),
        ({"period": "custom", "to": "2026-11-20"}, '"From" is missing. Choose the first day.'),
        ({"to": "2026-11-20"}, '"From" is missing. Choose the first day.'),
        ({"from": "0020-11-20"}, "Choose a year from 1971 to 9998."),
        ({"from": "1970-12-31", "to": "2026-01-01"}, "Choose a year from 1971 to 9998."),
        ({"period": "custom", "from": "2026-11-20", "to": "9999-01-01"}, "Choose a year from 1971 to 9998."),
        ({"from": "2026-02-30"}, '"2026-02-30" isn\'t a date. Enter it as YYYY-MM-DD.'),
        ({"from": "20/11/2026"}, '"20/11/2026" isn\'t a date. Enter it as YYYY-MM-DD.'),
        ({"before": "x"}, '"x" isn\'t an event ID. Leave "before" out for the newest events.'),
        ({"after": "1\0"}, '"1�" isn\'t an event ID. Leave "after" out for the newest events.'),
        ({"before": uuid4(), "after": uuid4()}, 'Use "before" or "after", not both.'),
        ({"before": [uuid4(), "x"]}, '"before" is given more than once'),
        ({"statsu": "failure"}, '"statsu" isn\'t a filter. Did you mean "status"?'),
        ({"Status": "failure"}, '"Status" isn\'t a filter. Did you mean "status"?'),
        ({"perriod": "30d"}, '"perriod" isn\'t a filter. Did you mean "period"?'),
        ({"status[]": "failure"}, '"status[]" isn\'t a filter. Did you mean "status"?'),
        ({"tenant": "globex"}, '"tenant" isn\'t a filter. The filters are period, q, '),
        ({"": "x"}, '"" isn\'t a filter.'),
        ({"a\0": ""}, '"a�" isn\'t a filter.'),
    ]:
        for view in VIEWS:
            status, text = text_of(alice, path + view, query, **{"hx-request": "true"})
            assert (status, text.count(message)) == (400, 1), (query, view)


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, name in FILTERS if name not in RECORDS[path].many()])
def test_a_filter_that_is_given_twice(alice: Client, path: str, name: str, unrecorded: None) -> None:
    for view in VIEWS:
        status, text = text_of(alice, path + view, {name: ["first", "second", "third"]})
        assert status == 400
        assert text.count(f'"{name}" is given more than once: "first" and "second". Choose one.') == 1


@pytest.mark.parametrize("path", RECORDS)
def test_an_unknown_format(alice: Client, path: str, unrecorded: None) -> None:
    for ending in ("banana", "CSV", "\0", ".csv", "x" * 3_000):
        status, text = text_of(alice, f"{path}download/", {"format": ending})
        assert status == 400
        assert "isn't a format. Choose csv" in text
    assert text_of(alice, f"{path}download/", {"format": ["csv", "csv.gz"]})[0] == 400


@pytest.mark.parametrize("path", RECORDS)
def test_what_changes_nothing_is_no_error(alice: Client, path: str) -> None:
    for harmless in [
        {"status": ""},
        {"status": [" ", "failure", "failure", "\t"], "q": "\u3000", "period": " 30d "},
        {"before": "", "after": " ", "format": ""},
        {"format": "csv"},
        {"utm_source": "mail", "utm_campaign": "x", "fbclid": "1", "gclid": "\0"},
        {"period": "7d", "from": "2026-11-01", "to": "2026-11-02"},
        {"period": "custom"},
    ]:
        for view in VIEWS:
            assert text_of(alice, path + view, harmless)[0] == 200, (harmless, view)


@pytest.mark.parametrize("path", RECORDS)
def test_what_is_empty_never_hides_what_is_given(alice: Client, path: str) -> None:
    for values in (["failure", ""], ["", "failure"], ["failure", " "]):
        page = alice.get(path, {"status": values})
        assert [chip["value"] for chip in page.context["chips"]] == ["Failure"]
        assert page.context["form"].cleaned_data["status"] == Chosen(("failure",))
        assert "status=failure" in page.context["download_url"]
        assert "status=failure" in page.context["chart_url"]


@pytest.mark.parametrize("path", RECORDS)
def test_what_was_chosen_stays_and_each_part_can_be_taken_away(alice: Client, path: str) -> None:
    query = {"status": "banana", "action": "", "q": "kept <i>", "period": "15d", "statsu": "x"}
    page = alice.get(path, query)
    text = unescape(page.content.decode())
    assert '<input type="checkbox" name="status" value="banana" checked><span>banana</span>' in text
    assert page.context["form"]["q"].value() == "kept <i>"
    assert page.context["form"]["period"].value() == "15d"
    assert "events" not in page.context
    assert "download/" not in text
    assert "chart/" not in text
    chips = {chip["label"]: chip for chip in page.context["chips"]}
    assert {label: chip["value"] for label, chip in chips.items()} == {"Search": "kept <i>", "Status": "banana"}
    assert alice.get(chips["Status"]["clear_url"]).status_code == 200


def test_the_error_is_shown_once_and_described_by_the_field(alice: Client) -> None:
    page = unescape(alice.get(LOGIN_ACTIVITY, {"status": "banana"}).content.decode())
    assert page.count('"banana" isn\'t a status') == 1
    assert page.count('id="id_status_error"') == page.count('aria-describedby="id_status_error"') == 1


@pytest.mark.parametrize("view", ["", "chart/"])
def test_whether_somebody_exists_elsewhere_is_not_disclosed(alice: Client, cast: Cast, view: str) -> None:
    """Another tenant's user, support's and nobody's: by ID and by e-mail address the same answer."""
    for path, name in ((LOGIN_ACTIVITY, "user"), (AUDIT_TRAIL, "actor")):
        for those in (
            [cast.charlie.pk, cast.dana.pk, uuid4()],
            [cast.charlie.email, cast.dana.email, "none@globex.example"],
        ):
            answers = set()
            for who in those:
                status, text = text_of(alice, path + view, {name: who, "period": "today"})
                answers.add((status, "No events match" in text, cast.charlie.name in text or cast.dana.name in text))
            assert answers == {(200, not view, False)}


@pytest.mark.parametrize("path", RECORDS)
@pytest.mark.parametrize(
    ("query", "choice", "days"),
    [
        ({}, "7d", 7),
        ({"period": "30d"}, "30d", 30),
        ({"period": "today"}, "today", 1),
        ({"period": "custom"}, "custom", 7),
    ],
)
def test_from_and_to_are_filled_in_with_the_period_that_holds(
    alice: Client, path: str, query: dict[str, str], choice: str, days: int
) -> None:
    page = alice.get(path, query)
    form, text = page.context["form"], page.content.decode()
    assert form["period"].value() == choice
    first, last = (date.fromisoformat(form[name].value()) for name in ("from", "to"))
    assert last - first == timedelta(days=days - 1)
    assert f'data-from="{first}" data-to="{last}"' in text
    assert f'<input type="date" name="from" value="{first}"' in text


def test_custom_dates_without_a_date_hold_with_all_other_filters(committed_cast: Cast) -> None:
    acme, alice = committed_cast.acme.pk, sign_in(committed_cast.alice)
    append_many(acme, 30, status="failure", reason="wrong_password")
    append_many(acme, 20)
    for dates in ({}, {"from": "", "to": ""}, {"from": " "}):
        query = {"period": "custom", "status": "failure", **dates}
        page = alice.get(LOGIN_ACTIVITY, query)
        assert [event.badge for event in page.context["events"]] == ["danger"] * 30
        assert [chip["value"] for chip in page.context["chips"]] == ["Failure"]
        assert alice.get(f"{LOGIN_ACTIVITY}chart/", query).context["total"] == "30 events"
        assert len(read_csv(alice.get(page.context["download_url"]).getvalue())) == 30
