from wisely_security.reports.chart_views import ReportChart
from wisely_security.reports.downloads import ReportDownload
from wisely_security.reports.views import ReportEvent, ReportPage

from .report import REPORT


class LoginActivityPage(ReportPage):
    report = REPORT


class LoginActivityEvent(ReportEvent):
    report = REPORT


class LoginActivityChart(ReportChart):
    report = REPORT


class LoginActivityDownload(ReportDownload):
    report = REPORT
