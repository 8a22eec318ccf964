"""What is forgotten of a column is named, with where it goes; and a cell reads on the page as in the download."""

from __future__ import annotations

import pytest
from django.test import Client

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from login_activity.report.tables import LoginActivityTable
from tests.audit_trail.page.story import record_story
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.reports.declaration import Report
from wisely_security.reports.filtering.many import many_filter
from wisely_security.reports.filtering.periods import Period, Preset
from wisely_security.reports.table.cells import Cell
from wisely_security.reports.table.checks import columns_are_complete, faults
from wisely_security.reports.table.columns import ReportColumn, Shown, values_of


class OfNothing(LoginActivityTable):
    unheard = ReportColumn("Unheard", Cell("unheard"))


class NotIndexed(LoginActivityTable):
    place = ReportColumn("Geo Location", Cell("place"), filter=many_filter("Place", [("Pune", "Pune")]))


class Forgotten(LoginActivityTable):
    browser = None  # type: ignore[assignment]


class OfNobody(LoginActivityTable):
    name = ReportColumn("Name", Cell("user_name"))


@pytest.mark.parametrize(
    ("table", "number", "names", "where"),
    [
        (OfNothing, "reports.E001", "unheard", "AddEventColumn"),
        (NotIndexed, "reports.E002", "place", "LoginEvent.indexed"),
        (Forgotten, "reports.E003", "browser", "beside_columns"),
        (OfNobody, "reports.E004", "Phone.WHO", "Phone.WHO"),
    ],
)
def test_what_is_forgotten_is_named_with_where_it_goes(
    table: type[LoginActivityTable], number: str, names: str, where: str
) -> None:
    [fault] = faults(LoginEvent, table)
    assert fault.id == number
    assert names in fault.msg
    assert where in str(fault.hint)


def test_both_records_are_complete() -> None:
    assert columns_are_complete() == []


@pytest.mark.parametrize("report", [LOGIN_ACTIVITY, AUDIT_TRAIL], ids=lambda report: report.key)
def test_a_cell_reads_on_the_page_as_in_the_download(report: Report, alice: Client, cast: Cast) -> None:
    record_story(cast.acme, cast.alice, cast.bob)
    columns = report.table.columns_of()
    with acting_as(tenant_id=cast.acme.pk):
        events = report.model.objects.for_tenant(cast.acme.pk)
        for event in events:
            values = values_of(report.table, events.filter(pk=event.pk), Period.preset(Preset.TODAY))
            shown = [each for each in zip(columns, values, strict=True) if each[0].shown is Shown.ON_PAGE]
            assert [value or "" for _, value in shown] == [column.cell.text(event) for column, _ in shown]
