"""What is forgotten of a column is named, with where it goes; and a cell reads on the page as in the download."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import pytest
from django.db import models
from django.test import Client
from django.test.utils import isolate_apps

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from login_activity.report.tables import LoginActivityTable
from tests.audit_trail.page.story import record_story
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import Event, OfPerson
from wisely_security.ledger.search.fields import IndexedFields
from wisely_security.reports.declaration import Report
from wisely_security.reports.filtering.many import many_filter
from wisely_security.reports.filtering.periods import Period, Preset
from wisely_security.reports.table.cells import Cell, Label
from wisely_security.reports.table.checks import columns_are_complete, faults
from wisely_security.reports.table.columns import ReportColumn, ReportTable, Shown, values_of
from wisely_security.reports.table.stored import About, Stored, add_stored_fields


class OfNothing(LoginActivityTable):
    area = ReportColumn("Unheard", Cell("unheard"))


class WithoutDefault(LoginActivityTable):
    place = ReportColumn("Geo Location", Cell("place"), stored=Stored(field=models.TextField(), about=About.NOBODY))


class NotTheLast(LoginActivityTable):
    late = ReportColumn("Late", Cell("place"))


class Forgotten(LoginActivityTable):
    browser = None  # type: ignore[assignment]


class OfNobody(LoginActivityTable):
    name = ReportColumn("Name", Cell("user_name"))


@pytest.mark.parametrize(
    ("table", "number", "names", "where"),
    [
        (OfNothing, "reports.E001", "unheard", "Stored("),
        (WithoutDefault, "reports.E002", "place", "plain value"),
        (Forgotten, "reports.E003", "browser", "beside_columns"),
        (NotTheLast, "reports.E005", "last column", "before event_id"),
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


text, number = partial(models.TextField, db_default=""), partial(models.IntegerField, db_default=0)


class Languages(ReportTable):
    spoken = ReportColumn(
        "Language",
        Label("language", [("en", "English"), ("de", "German")]),
        filter=many_filter("Language", [("en", "English"), ("de", "German")]),
        terms=("speaks",),
        stored=Stored(field=text(), about=About.WHEREABOUTS),
    )
    accent = ReportColumn("Accent", Cell("accent"), stored=Stored(field=text(), about=About.PERSON))
    rate = ReportColumn("Rate", Cell("rate"), stored=Stored(field=number(), about=About.NOBODY))
    pace = ReportColumn("Pace", Cell("pace"), filter=many_filter("Pace", [("slow", "Slow")]))


@isolate_apps("login_activity")
def test_an_added_column_is_declared_once() -> None:
    """Field, sealing, erasing, free text, filter and term follow from it."""

    class Sample(Event):
        pace = models.TextField()
        personal: ClassVar[tuple[str, ...]] = ("pace",)
        of_person = OfPerson(id="", name="", email="", whereabouts=("pace",))
        indexed = IndexedFields(texts={"pace": "pace"}, labelled={}, ids=(), columns=(), paired=())

        class Meta:
            app_label = "login_activity"

    add_stored_fields(Sample, Languages)
    own = [field.name for field in Sample._meta.concrete_fields if field.model is Sample]
    assert own[-4:] == ["pace", "language", "accent", "rate"]
    assert Sample.personal == ("pace", "language", "accent")
    assert Sample.of_person.whereabouts == ("pace", "language")
    assert Sample.indexed.texts == {"pace": "pace", "accent": "accent"}
    assert dict(Sample.indexed.labelled["language"]()) == {"en": "English", "de": "German"}
    assert Sample.indexed.single == {"language", "pace"}
    assert Languages.terms() == {"spoken": "spoken", "speaks": "spoken", "pace": "pace"}


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
