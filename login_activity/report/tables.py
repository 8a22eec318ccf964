"""The columns of Login Activity, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from wisely_security.reports.extensions import sessions
from wisely_security.reports.filtering.many import many_filter
from wisely_security.reports.table.cells import Address, Cell, Label, Member, Prefixed, Presence, Rest
from wisely_security.reports.table.columns import Fact, Phone, ReportColumn, ReportTable, Section, Shown, TimeColumn

from ..devices.kinds import DeviceKind
from ..places.countries import country_choices
from ..vocabulary import Action, Reason, Status

if TYPE_CHECKING:
    from ..models import LoginEvent

NONE = ("", "")  # what most events have for a reason
NO_COUNTRY = "none"  # of an address that no map knows, or of a private network


def _name(event: LoginEvent) -> list[Fact]:
    return [("Name", f"{event.user_name} (unknown user)" if event.is_unknown else event.user_name)]


def _place(event: LoginEvent) -> list[Fact]:
    coordinates = "" if event.latitude is None else f"{event.latitude:.4f}, {event.longitude:.4f}"
    return [("Geo Location", event.place), ("Coordinates", coordinates)]


def _user_agent(event: LoginEvent) -> list[Fact]:
    return [("User Agent", f"{event.user_agent}… (cut)" if event.user_agent_cut else event.user_agent)]


def _programs(event: LoginEvent) -> str:
    return " · ".join(filter(None, (event.browser, event.system)))


def _area(event: LoginEvent) -> str:
    return str(event.detail.get("area", ""))


def _what(event: LoginEvent) -> str:
    return " · ".join(filter(None, (_area(event), _times(event))))


def _times(event: LoginEvent) -> str:
    """``214 times between 10:14:02 and 10:14:58``: attempts that were counted (docs/operating/floods.md)."""
    if "times" not in event.detail:
        return ""
    first, last = (localtime(datetime.fromisoformat(event.detail[key])) for key in ("first", "last"))
    if event.times == 1:
        return f"once at {first:%H:%M:%S}"
    end = f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%H:%M:%S} on {last:%-d %b %Y}"
    return f"{event.times:,} times between {first:%H:%M:%S} and {end}"


def _counted(event: LoginEvent) -> Iterator[Fact]:
    if times := _times(event):
        yield "Attempts", times
        yield "Counted as", "One event in charts and totals, each attempt in the strip and in findings"
    for key, label in (("e-mail", "Accounts"), ("ip", "Addresses")):
        tried: Counter[str] = Counter()
        for each in event.each:
            tried[each.get(key) or (each.get("name", "") if key == "e-mail" else "unknown")] += each["times"]
        if len(tried) > 1:
            yield label, ", ".join(f"{value} ({times:,} ×)" for value, times in tried.most_common())


def _details(event: LoginEvent) -> Iterator[Fact]:
    """``detail``: page, filters, number of rows, changed fields."""
    detail = event.detail
    if area := _area(event):
        yield "Area", area
    yield from ((f"Filter: {label}", value) for label, value in detail.get("filters", {}).items())
    yield from ((label, f"{before} → {after}") for label, (before, after) in detail.get("changes", {}).items())
    for key, label in (
        ("rows", "Rows"),
        ("format", "Format"),
        ("not sealed yet", "Left out, not sealed yet"),
        ("ended from", "Ended from"),
        ("factor", "Factor"),
        ("identity checked", "How the identity was checked"),
        ("recovery codes", "Recovery codes made"),
        ("recovery codes left", "Recovery codes left"),
    ):
        if key in detail:
            yield label, detail[key]
    if "factors" in detail:
        yield "Factors", ", ".join(detail["factors"]) or "None"
    yield from _counted(event)


class LoginActivityTable(ReportTable):
    beside_columns = frozenset({"latitude", "longitude", "user_agent_cut"})  # with the place and the user agent

    name = ReportColumn(
        "Name",
        Cell("user_name"),
        section=Section.WHO,
        facts=_name,
        beside=lambda event: "unknown user" if event.is_unknown else "",
        phone=Phone.WHO,
        stays=True,
    )
    occurred_at = TimeColumn("Date & Time", "occurred_at", section=Section.REFERENCE)
    ip = ReportColumn("IP Address", Address("ip"), section=Section.WHERE, phone=Phone.DETAILS)
    device = ReportColumn(
        "Device Type",
        Cell("device"),
        section=Section.WHERE,
        beside=_programs,
        filter=many_filter("Device", DeviceKind.choices, "device_kind"),
        terms=("with",),
        phone=Phone.DETAILS,
    )
    place = ReportColumn("Geo Location", Cell("place"), section=Section.WHERE, facts=_place, phone=Phone.IF_NO_REASON)
    status = ReportColumn(
        "Status",
        Label("status", Status.choices),
        section=Section.WHAT,
        beside=lambda event: event.reason_label,
        filter=many_filter("Status", Status.choices),
        phone=Phone.STATUS,
        stays=True,  # with the marks of findings and notes
    )
    action = ReportColumn(
        "Action",
        Label("action", Action.choices),
        section=Section.WHAT,
        beside=_what,
        filter=many_filter("Action", Action.choices),
        phone=Phone.WHAT,
    )
    reason = ReportColumn(
        "Reason", Label("reason", [NONE, *Reason.choices]), shown=Shown.IN_DOWNLOADS, section=Section.WHAT
    )
    email = ReportColumn("E-mail", Cell("user_email"), shown=Shown.IN_DOWNLOADS, section=Section.WHO)
    known = ReportColumn("User Known", Presence("user_id"), shown=Shown.IN_DOWNLOADS)
    acted_by = ReportColumn(
        "Done By",
        Cell("acted_by"),
        shown=Shown.IN_DOWNLOADS,
        section=Section.WHO,
        facts=lambda event: [("Done By", event.acted_by or event.user_name)],
    )
    browser = ReportColumn("Browser", Cell("browser"), shown=Shown.IN_DOWNLOADS, section=Section.WHERE)
    system = ReportColumn("System", Cell("system"), shown=Shown.IN_DOWNLOADS, section=Section.WHERE)
    country = ReportColumn(
        "Country Code",
        Cell("country"),
        shown=Shown.IN_DOWNLOADS,
        filter=many_filter("Country", [*country_choices(), (NO_COUNTRY, "No country")], stored={NO_COUNTRY: ""}),
        terms=("from",),
    )
    user_agent = ReportColumn(
        "User Agent", Cell("user_agent"), shown=Shown.IN_DOWNLOADS, section=Section.WHERE, facts=_user_agent
    )
    area = ReportColumn("Area", Member("detail", "area"), shown=Shown.IN_DOWNLOADS)
    details = ReportColumn(
        "Details", Rest("detail", ["area"]), shown=Shown.IN_DOWNLOADS, section=Section.WHAT, facts=_details
    )
    session = ReportColumn(
        "Session", Prefixed("session", sessions.PREFIX), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE
    )
    request_id = ReportColumn("Request ID", Cell("request_id"), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE)
    event_id = ReportColumn("Event ID", Cell("id"), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE)
